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

// SecretKind is what a secret opens. Secrets start with it, so that those who find one,
// scanners among them, know what it is.
type SecretKind string

// The kinds of secrets.
const (
	SecretSession SecretKind = "sens_"
	SecretToken   SecretKind = "sent_"
	SecretPreview SecretKind = "senp_"
)

// encoding is that of secrets and signatures. It is strict, so that one value has one text.
var encoding = base64.RawURLEncoding.Strict()

// NewSecret makes a secret of 256 random bits.
func NewSecret(kind SecretKind) string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand.Read documents it
	return string(kind) + encoding.EncodeToString(b)
}

// HashSecret is what is kept of a secret: its SHA-256 in hex. A secret is random enough
// to need no slow hash.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Signer signs what a server gives away and wants back unchanged.
type Signer struct{ key []byte }

// SignerKeyLength is the length of a signer's key in bytes.
const SignerKeyLength = 32

// NewSigner makes a signer with a key of [SignerKeyLength] secret bytes.
func NewSigner(key []byte) Signer { return Signer{key} }

// Sign gives a signature of some parts for a purpose: the HMAC-SHA256 in base64url. A
// signature is good for the same purpose and the same parts only.
func (s Signer) Sign(purpose string, parts ...string) string {
	return encoding.EncodeToString(s.sum(purpose, parts))
}

// Verify tells whether a signature is that of some parts for a purpose.
func (s Signer) Verify(signature, purpose string, parts ...string) bool {
	given, err := encoding.DecodeString(signature)
	return err == nil && hmac.Equal(given, s.sum(purpose, parts))
}

// sum signs each part with its length before it, so that they can't be cut otherwise.
func (s Signer) sum(purpose string, parts []string) []byte {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range append([]string{purpose}, parts...) {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// MaxPreview is the longest that a preview token lives.
const MaxPreview = 30 * 24 * time.Hour

// previewPurpose is what preview tokens are signed for.
const previewPurpose = "preview"

// Preview is what a preview token proves: that a maker gave out the draft of one entry until a moment.
type Preview struct {
	Entry content.ID
	// Maker is the id of the actor that gave it out.
	Maker string
	// Mark is what the entry and its maker were marked with then. Whoever ends previews marks one of them anew.
	Mark string
	// Until is when the preview is over; its seconds count.
	Until time.Time
}

// previewSeparator stands between the parts of a preview token; none of them has it.
const previewSeparator = "\x00"

// Preview makes the token of a preview, with which a guest reads the draft. Nothing is kept: the token is its own
// proof, and good while the mark in it is that of the entry and the maker.
func (s Signer) Preview(p Preview) string {
	signed := string(binary.BigEndian.AppendUint64(nil, uint64(p.Until.Unix()))) +
		strings.Join([]string{string(p.Entry), p.Maker, p.Mark}, previewSeparator)
	return string(SecretPreview) + encoding.EncodeToString(append(s.sum(previewPurpose, []string{signed}), signed...))
}

// ParsePreview reads a preview token. It answers false for one that was not made by the signer, that is over, or that
// would live longer than [MaxPreview]. Whether the mark is still that of the entry is for the caller to see.
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
