package auth

import (
	"crypto/rand"
	"slices"
	"strings"
)

// A device mark is what a browser keeps of the logins that signed in with it, so that it has a counter of its own when
// passwords are guessed elsewhere (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). It is a random name
// and for each login a signature of both, with dots between them: a mark is its own proof, and tells no login.

// devicePurpose is what device marks are signed for.
const devicePurpose = "device"

const (
	deviceName = 16 // bytes of a mark's random name
	maxLogins  = 5  // logins of one mark: those that signed in last
	maxMark    = 512
)

// Device adds a login to a device mark; an empty or malformed mark gives a new one.
func (s Signer) Device(mark, login string) string {
	name, signatures := parseDevice(mark)
	if name == "" {
		b := make([]byte, deviceName)
		_, _ = rand.Read(b) // never fails: crypto/rand.Read documents it
		name, signatures = encoding.EncodeToString(b), nil
	}
	own := s.Sign(devicePurpose, name, login)
	signatures = slices.DeleteFunc(signatures, func(other string) bool { return other == own })
	signatures = append([]string{own}, signatures...)
	return strings.Join(append([]string{name}, signatures[:min(len(signatures), maxLogins)]...), ".")
}

// KnownDevice is the name of a mark's device if the login signed in with it before; empty if not.
func (s Signer) KnownDevice(mark, login string) string {
	name, signatures := parseDevice(mark)
	for _, signature := range signatures {
		if s.Verify(signature, devicePurpose, name, login) {
			return name
		}
	}
	return ""
}

// parseDevice takes a mark apart; the name is empty if it is none.
func parseDevice(mark string) (name string, signatures []string) {
	if len(mark) > maxMark {
		return "", nil
	}
	parts := strings.Split(mark, ".")
	if b, err := encoding.DecodeString(parts[0]); err != nil || len(b) != deviceName {
		return "", nil
	}
	return parts[0], parts[1:min(len(parts), 1+maxLogins)]
}
