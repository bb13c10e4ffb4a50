package picture

import (
	"bytes"
	"encoding/binary"
)

// maxStoredProfile bounds the colour profile of a picture in bytes, as it is when it is unpacked. Those of
// printing presses, the largest in use, have up to 3 MB.
const maxStoredProfile = 4 << 20

var errLargeProfile = refuse(ReasonBroken, "its colour profile has more than %d MB", maxStoredProfile>>20)

// minProfile is the shortest colour profile in bytes: its header and the number of its tags.
const minProfile = 132

// wholeProfile cuts a colour profile at the length that its header tells (ICC.1:2022, 7.2). What is no
// profile is nil: no program shows a picture by it.
func wholeProfile(profile []byte) []byte {
	if len(profile) < minProfile || string(profile[36:40]) != "acsp" {
		return nil
	}
	length := uint64(binary.BigEndian.Uint32(profile))
	if length < minProfile || length > uint64(len(profile)) {
		return nil
	}
	return profile[:length]
}

// profileHeader begins a segment of a JPEG that holds a part of the colour profile; the number of the part
// and how many there are follow, a byte each (ICC.1:2022, B.4).
const profileHeader = "ICC_PROFILE\x00"

// maxProfilePart is the longest part of a profile in a segment, whose length has 16 bits.
const maxProfilePart = 0xffff - 2 - len(profileHeader) - 2

// isProfile tells whether a segment is a part of the colour profile.
func (s segment) isProfile() bool {
	return s.marker == app2 && bytes.HasPrefix(s.body(), []byte(profileHeader)) && len(s.body()) >= len(profileHeader)+2
}

// profileIn is the colour profile that the segments of a JPEG hold, in the order of their numbers; nil without one.
func profileIn(segments []segment) ([]byte, error) {
	var parts [256][]byte
	size := 0
	for _, s := range segments {
		if !s.isProfile() {
			continue
		}
		number, part := s.body()[len(profileHeader)], s.body()[len(profileHeader)+2:]
		if parts[number] != nil {
			continue
		}
		if size += len(part); size > maxStoredProfile {
			return nil, errLargeProfile
		}
		parts[number] = part
	}
	return wholeProfile(bytes.Join(parts[:], nil)), nil
}

// profileSegments writes a colour profile as segments of a JPEG.
func profileSegments(profile []byte) (written []byte) {
	count := (len(profile) + maxProfilePart - 1) / maxProfilePart
	for number := 1; len(profile) > 0; number++ {
		part := profile[:min(len(profile), maxProfilePart)]
		profile = profile[len(part):]
		length := 2 + len(profileHeader) + 2 + len(part)
		written = append(written, 0xff, app2, byte(length>>8), byte(length))
		written = append(written, profileHeader...)
		written = append(append(written, byte(number), byte(count)), part...)
	}
	return written
}
