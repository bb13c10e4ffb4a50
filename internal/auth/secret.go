package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"sen/internal/content"
)

// SecretKind is the prefix of a secret. It says what the secret authenticates, so that a person or a scanner that finds
// one can recognize it.
type SecretKind string

// The kinds of secrets.
const (
	SecretSession SecretKind = "sens_"
	SecretToken   SecretKind = "sent_"
	SecretPreview SecretKind = "senp_"
)

// encoding is the encoding of secrets and signatures. It is strict, so that one value has exactly one text.
var encoding = base64.RawURLEncoding.Strict()

// NewSecret returns a secret of 256 random bits.
func NewSecret(kind SecretKind) string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand.Read documents it
	return string(kind) + encoding.EncodeToString(b)
}

// HashSecret returns the SHA-256 of a secret in hex. Only the hash is stored. The secret is random, so it needs no slow
// hash.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Signer signs values that clients keep and send back unchanged.
type Signer struct{ key []byte }

// SignerKeyLength is the length of a signer's key in bytes.
const SignerKeyLength = 32

// NewSigner returns a signer with a secret key of [SignerKeyLength] bytes.
func NewSigner(key []byte) Signer { return Signer{key} }

// Sign returns the signature of parts for a purpose: the HMAC-SHA256 in base64url. A signature is valid for the same
// purpose and the same parts only.
func (s Signer) Sign(purpose string, parts ...string) string {
	return encoding.EncodeToString(s.sum(purpose, parts))
}

// Verify reports whether a signature is valid for a purpose and parts.
func (s Signer) Verify(signature, purpose string, parts ...string) bool {
	given, err := encoding.DecodeString(signature)
	return err == nil && hmac.Equal(given, s.sum(purpose, parts))
}

// sum signs the length of each part before the part, so that other parts with the same joined text have another
// signature.
func (s Signer) sum(purpose string, parts []string) []byte {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range append([]string{purpose}, parts...) {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// MaxPreview is the longest lifetime of a preview token.
const MaxPreview = 30 * 24 * time.Hour

// previewPurpose is the purpose for which preview tokens are signed.
const previewPurpose = "preview"

// Preview is the content of a preview token: the maker shows the draft of one entry until a time.
type Preview struct {
	Entry content.ID
	// Maker is the id of the actor that created the preview.
	Maker string
	// Mark is the preview mark of the entry and its maker when the token was made. A new mark of either one ends the
	// preview.
	Mark string
	// Until is the end of the preview, in whole seconds.
	Until time.Time
}

// previewSeparator separates the parts of a preview token. No part contains it.
const previewSeparator = "\x00"

// Preview returns the token of a preview, with which a guest reads the draft. The token is not stored: its signature
// proves it. It is valid while the entry and the maker have the mark in it.
func (s Signer) Preview(p Preview) string {
	signed := string(binary.BigEndian.AppendUint64(nil, uint64(p.Until.Unix()))) +
		strings.Join([]string{string(p.Entry), p.Maker, p.Mark}, previewSeparator)
	return string(SecretPreview) + encoding.EncodeToString(append(s.sum(previewPurpose, []string{signed}), signed...))
}

// ParsePreview parses a preview token. It returns false if another signer made the token, if it has expired, or if it
// would live longer than [MaxPreview]. The caller must check the mark.
func (s Signer) ParsePreview(token string, now time.Time) (p Preview, ok bool) {
	text, prefixed := strings.CutPrefix(token, string(SecretPreview))
	b, err := encoding.DecodeString(text)
	if !prefixed || err != nil || len(b) <= sha256.Size+8 {
		return Preview{}, false
	}
	signature, signed := b[:sha256.Size], b[sha256.Size:]
	parts := strings.Split(string(signed[8:]), previewSeparator)
	if !hmac.Equal(signature, s.sum(previewPurpose, []string{string(signed)})) || len(parts) != 3 {
		return Preview{}, false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(signed[:8])), 0).UTC()
	p = Preview{Entry: content.ID(parts[0]), Maker: parts[1], Mark: parts[2], Until: until}
	return p, now.Before(until) && until.Sub(now) <= MaxPreview
}
