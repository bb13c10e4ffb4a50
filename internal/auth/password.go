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

// The limits for the length of a password, in characters.
const (
	MinPassword = 10
	MaxPassword = 200
)

// cost is the work factor of one hash.
type cost struct {
	memory uint32 // KiB
	time   uint32 // passes
	lanes  uint8
}

// defaultCost is the cost of new hashes. It is the second of the equivalent choices in the OWASP Password Storage Cheat
// Sheet (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id).
var defaultCost = cost{memory: 19456, time: 2, lanes: 1}

// maxCost limits the cost that a stored hash may demand: a manipulated hash must not exhaust the machine.
var maxCost = cost{memory: 1 << 18, time: 16, lanes: 16}

// The lengths of a salt and of a hash, in bytes (RFC 9106, section 3.1).
const (
	saltLength = 16
	hashLength = 32
)

// Passwords hashes passwords with argon2id. It runs at most as many hashes at a time as there are processors, so that
// many concurrent sign-ins use a limited amount of memory.
type Passwords struct {
	slots  chan struct{}
	hashed atomic.Int64
	// dummy is the hash to compare with when there is no account, so that the response time does not reveal this.
	dummy string
}

// NewPasswords returns a hasher.
func NewPasswords() *Passwords {
	return &Passwords{
		slots: make(chan struct{}, runtime.NumCPU()),
		dummy: phc(defaultCost, make([]byte, saltLength), make([]byte, hashLength)),
	}
}

// CheckPassword checks a new password. The only rule is its length (NIST SP 800-63B, section 5.1.1.2). The error has
// the code BAD_USER_INPUT.
func CheckPassword(password string) error {
	if n := utf8.RuneCountInString(norm.NFC.String(password)); n < MinPassword || n > MaxPassword {
		return content.Errorf(content.CodeBadUserInput, "A password has %d to %d characters; this one has %d.", MinPassword,
			MaxPassword, n)
	}
	return nil
}

// NewPassword returns a password of 130 random bits, such as `sen admin create` prints.
func NewPassword() string { return strings.ToLower(rand.Text()) }

// Hash returns the hash of a password in the PHC string format. It fails with BAD_USER_INPUT if the password is too
// short or too long, and with the context's error if the context ends before the hash can start.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: crypto/rand.Read documents it
	hash, err := p.run(ctx, defaultCost, salt, password, hashLength)
	if err != nil {
		return "", err
	}
	return phc(defaultCost, salt, hash), nil
}

// Matches reports whether a password has a hash. An empty hash stands for a missing account: it takes the same time as
// any other hash, and never matches.
func (p *Passwords) Matches(ctx context.Context, hash, password string) (bool, error) {
	if utf8.RuneCountInString(norm.NFC.String(password)) > MaxPassword {
		return false, nil // this does not depend on the account, so it reveals nothing
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

// Hashed returns how many passwords were hashed.
func (p *Passwords) Hashed() int64 { return p.hashed.Load() }

// run waits for a free slot and hashes a password. It first normalizes the password to Unicode NFC, so that the same
// password typed on another system has the same hash.
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

// phc formats a hash as a PHC string (https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md).
func phc(c cost, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// parsePHC parses a PHC string.
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
		c.memory > maxCost.memory || c.time < 1 || c.time > maxCost.time || c.lanes < 1 || c.lanes > maxCost.lanes {
		return bad()
	}
	return c, salt, hash, nil
}
