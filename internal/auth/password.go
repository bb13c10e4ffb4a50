package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// The bounds of a password in characters.
const (
	MinPassword = 10
	MaxPassword = 200
)

// cost is what one hashing takes.
type cost struct {
	memory uint32 // KiB
	time   uint32 // passes
	lanes  uint8
}

// owasp is the second of the equal choices of the OWASP Password Storage Cheat Sheet
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id).
var owasp = cost{memory: 19456, time: 2, lanes: 1}

// The bounds of a cost that is read from a hash: a hash that was tampered with must
// not take the machine down.
var most = cost{memory: 1 << 18, time: 16, lanes: 16}

// The lengths of a hash's salt and of the hash itself in bytes (RFC 9106, section 3.1).
const (
	saltLength = 16
	hashLength = 32
)

// Passwords hashes passwords by argon2id. No more of them are hashed at a time than
// there are processors, so that a flood of sign-ins takes a bounded amount of memory.
type Passwords struct {
	slots  chan struct{}
	hashed atomic.Int64
	// dummy is compared with when there is no account, so that the time of an answer does not tell.
	dummy string
}

// NewPasswords makes a hasher.
func NewPasswords() *Passwords {
	return &Passwords{
		slots: make(chan struct{}, runtime.NumCPU()),
		dummy: phc(owasp, make([]byte, saltLength), make([]byte, hashLength)),
	}
}

// CheckPassword tells what is wrong with a new password: its length is the only rule
// (NIST SP 800-63B, section 5.1.1.2). Its error is BAD_USER_INPUT.
func CheckPassword(password string) error {
	if n := utf8.RuneCountInString(norm.NFC.String(password)); n < MinPassword || n > MaxPassword {
		return content.Errorf(content.CodeBadUserInput, "A password has %d to %d characters; this one has %d.", MinPassword, MaxPassword, n)
	}
	return nil
}

// NewPassword makes a password of 130 random bits, such as `sen admin create` prints.
func NewPassword() string { return strings.ToLower(rand.Text()) }

// Hash gives a password's hash in the PHC string format. It answers BAD_USER_INPUT for a
// password that is too short or too long, and the context's error while it waits for its turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: crypto/rand.Read documents it
	hash, err := p.run(ctx, owasp, salt, password, hashLength)
	if err != nil {
		return "", err
	}
	return phc(owasp, salt, hash), nil
}

// Matches tells whether a password has a hash. An empty hash, of an account that is not
// there, takes as long as any other and never matches.
func (p *Passwords) Matches(ctx context.Context, hash, password string) (bool, error) {
	if utf8.RuneCountInString(norm.NFC.String(password)) > MaxPassword {
		return false, nil // whatever the account is: this tells nothing
	}
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	c, salt, want, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	got, err := p.run(ctx, c, salt, password, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// Hashed is how many passwords have been hashed.
func (p *Passwords) Hashed() int64 { return p.hashed.Load() }

// run hashes a password when its turn comes. Letters are put together first (Unicode
// NFC): the same password typed on another system has the same hash.
func (p *Passwords) run(ctx context.Context, c cost, salt []byte, password string, length uint32) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.hashed.Add(1)
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.time, c.memory, c.lanes, length), nil
}

// phc writes a hash in the PHC string format
// (https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md).
func phc(c cost, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// parsePHC takes a hash in the PHC string format apart.
func parsePHC(text string) (c cost, salt, hash []byte, err error) {
	bad := func() (cost, []byte, []byte, error) {
		return cost{}, nil, nil, fmt.Errorf("a password's hash is no argon2id hash in the PHC string format")
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return bad()
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil {
		return bad()
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(salt) < 8 || len(salt) > 64 || len(hash) < 16 || len(hash) > 64 ||
		c.memory > most.memory || c.time < 1 || c.time > most.time || c.lanes < 1 || c.lanes > most.lanes {
		return bad()
	}
	return c, salt, hash, nil
}
