package picture

import (
	"bytes"
	"encoding/binary"
)

// maxStoredProfile bounds the unpacked colour profile of a picture, in bytes. The largest profiles in use, those of
// printing presses, have up to 3 MB.
const maxStoredProfile = 4 << 20

var errLargeProfile = refuse(ReasonBroken, "its colour profile has more than %d MB", maxStoredProfile>>20)

// minProfile is the length in bytes of the shortest colour profile: the header and the number of tags.
const minProfile = 132

// trimProfile cuts a colour profile at the length that its header gives (ICC.1:2022, 7.2). It returns nil for an
// invalid profile, which no program uses.
func trimProfile(profile []byte) []byte {
	if len(profile) < minProfile || string(profile[36:40]) != "acsp" {
		return nil
	}
	length := uint64(binary.BigEndian.Uint32(profile))
	if length < minProfile || length > uint64(len(profile)) {
		return nil
	}
	return profile[:length]
}

// profileHeader begins a JPEG segment with a part of the colour profile. After it come the number of the part and the
// number of parts, a byte each (ICC.1:2022, B.4).
const profileHeader = "ICC_PROFILE\x00"

// maxProfilePart is the longest part of a profile in one segment, in bytes: the length of a segment has 16 bits.
const maxProfilePart = 0xffff - 2 - len(profileHeader) - 2

// isProfile reports whether a segment is a part of the colour profile.
func (s segment) isProfile() bool {
	return s.marker == app2 && bytes.HasPrefix(s.body(), []byte(profileHeader)) && len(s.body()) >= len(profileHeader)+2
}

// joinProfile joins the colour profile from the segments of a JPEG, in the order of their numbers. It returns nil if
// there is none.
func joinProfile(segments []segment) ([]byte, error) {
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
	return trimProfile(bytes.Join(parts[:], nil)), nil
}

// profileSegments returns a colour profile as JPEG segments.
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
