package auth

import (
	"crypto/rand"
	"slices"
	"strings"
)

// A device mark is a cookie that identifies a browser to the logins that signed in with it. So the browser has its own
// counter of failures when someone guesses passwords elsewhere (OWASP, "Slow Down Online Guessing Attacks with Device
// Cookies"). The mark is a random name and, for each login, a signature of the name and the login, separated by dots.
// The signatures prove the mark, so the server stores nothing; the mark does not reveal the logins.

// devicePurpose is the purpose for which device marks are signed.
const devicePurpose = "device"

const (
	deviceName = 16 // bytes of a mark's random name
	maxLogins  = 5  // logins in one mark: the most recent ones
	maxMark    = 512
)

// Device adds a login to a device mark. It replaces an empty or malformed mark by a new one.
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

// KnownDevice returns the random name in a device mark if the login signed in with the mark before, and "" otherwise.
func (s Signer) KnownDevice(mark, login string) string {
	name, signatures := parseDevice(mark)
	for _, signature := range signatures {
		if s.Verify(signature, devicePurpose, name, login) {
			return name
		}
	}
	return ""
}

// parseDevice splits a mark into its name and signatures. The name is empty if the mark is malformed.
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
