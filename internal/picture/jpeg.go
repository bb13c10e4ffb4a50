package picture

import (
	"bytes"
	"image"
)

// The markers of a JPEG that this package treats by name.
const (
	sof0  = 0xc0
	sof2  = 0xc2
	jpg   = 0xc8
	sof15 = 0xcf
	soi   = 0xd8
	eoi   = 0xd9
	sos   = 0xda
	dri   = 0xdd
	rst0  = 0xd0
	rst7  = 0xd7
	app0  = 0xe0
	app1  = 0xe1
	app2  = 0xe2
	app14 = 0xee
	tem   = 0x01
)

// segment is a part of a JPEG: a marker with its data. A scan includes its entropy-coded bytes.
type segment struct {
	marker byte
	bytes  []byte // including the marker
}

// body returns the bytes after the marker and the length.
func (s segment) body() []byte {
	if len(s.bytes) < 4 {
		return nil
	}
	return s.bytes[4:]
}

// maxScans bounds the number of scans of a JPEG, since each takes the time of decoding a whole picture. Encoders
// write about ten.
const maxScans = 64

// segments splits a JPEG into its segments, and drops all bytes after its end marker. It refuses a JPEG with too many
// scans, or with scans that cover too many pixels together.
func segments(data []byte) (parts []segment, err error) {
	if len(data) < 2 || data[0] != 0xff || data[1] != soi {
		return nil, refuse(ReasonBroken, "no JPEG")
	}
	parts = append(parts, segment{soi, data[:2]})
	scans, samples := 0, int64(0)
	var frame frame
	for rest := data[2:]; ; {
		for len(rest) > 1 && rest[0] == 0xff && rest[1] == 0xff {
			rest = rest[1:] // fill bytes
		}
		if len(rest) < 2 {
			return nil, errTruncated
		}
		if rest[0] != 0xff {
			return nil, refuse(ReasonBroken, "there is no marker where one must be")
		}
		marker := rest[1]
		length := 2
		switch {
		case marker == eoi:
			return append(parts, segment{eoi, rest[:2]}), nil
		case marker == tem || marker >= rst0 && marker <= soi:
		default:
			if len(rest) < 4 {
				return nil, errTruncated
			}
			length += int(rest[2])<<8 | int(rest[3])
			if length < 4 || length > len(rest) {
				return nil, errTruncated
			}
		}
		if marker == sos {
			if scans++; scans > maxScans {
				return nil, refuse(ReasonBroken, "it has more than %d scans", maxScans)
			}
			if samples += frame.samples(segment{marker, rest[:length]}.body()); samples > maxSamples {
				return nil, refuse(ReasonScans, "%d scans or more of %d × %d pixels", scans, frame.width, frame.height)
			}
			length += entropyCodedLength(rest[length:])
		}
		parts = append(parts, segment{marker, rest[:length]})
		if marker >= sof0 && marker <= sof2 {
			frame = readFrame(parts[len(parts)-1].body())
		}
		rest = rest[length:]
	}
}

// frame holds what the frame header of a JPEG says about its components (ITU T.81, B.2.2).
type frame struct {
	width, height int64
	planes        []plane
}

// plane is one component of a frame, with its sampling factors across and down.
type plane struct {
	id           byte
	across, down int64
}

func readFrame(body []byte) (f frame) {
	const header, each = 6, 3
	if len(body) < header {
		return f
	}
	f.height, f.width = int64(body[1])<<8|int64(body[2]), int64(body[3])<<8|int64(body[4])
	for rest := body[header:]; len(rest) >= each && len(f.planes) < int(body[5]); rest = rest[each:] {
		f.planes = append(f.planes, plane{rest[0], int64(rest[1] >> 4), int64(rest[1] & 15)})
	}
	if len(f.planes) == 1 { // with one component the sampling factors mean nothing
		f.planes[0].across, f.planes[0].down = 1, 1
	}
	return f
}

// samples returns the number of samples that a scan covers, from the header of the scan (ITU T.81, B.2.3).
func (f frame) samples(scan []byte) (n int64) {
	across, down := int64(1), int64(1)
	for _, p := range f.planes {
		across, down = max(across, p.across), max(down, p.down)
	}
	units := ((f.width + 8*across - 1) / (8 * across)) * ((f.height + 8*down - 1) / (8 * down))
	if len(scan) == 0 {
		return 0
	}
	for i := 1; i+1 < len(scan) && i <= 2*int(scan[0]); i += 2 {
		for _, p := range f.planes {
			if p.id == scan[i] {
				n += units * p.across * p.down * 64
			}
		}
	}
	return n
}

// entropyCodedLength returns the length of the entropy-coded bytes, which end at the first marker that is not a restart
// marker.
func entropyCodedLength(data []byte) int {
	for i := 0; ; {
		next := bytes.IndexByte(data[i:], 0xff)
		if next < 0 || i+next+1 >= len(data) {
			return len(data)
		}
		i += next
		if m := data[i+1]; m != 0 && m != 0xff && (m < rst0 || m > rst7) {
			return i
		}
		i++
	}
}

// neededByDecoder reports whether the decoder needs the segment (ITU-T T.81, table B.1): frames of all kinds, Huffman,
// arithmetic and quantization tables, restart intervals, the number of lines, scans.
func (s segment) neededByDecoder() bool {
	return s.marker >= sof0 && s.marker <= sof15 && s.marker != jpg || s.marker >= sos && s.marker <= dri ||
		s.marker == soi || s.marker == eoi || s.marker >= rst0 && s.marker <= rst7
}

// The lengths in bytes of the fixed parts of two segments. The bytes after them are a thumbnail, which can show what
// was cropped away, or any other data.
const (
	fixedJFIF  = 14 // JFIF 1.02: identifier, version, units, densities, width and height of the thumbnail
	fixedAdobe = 12 // identifier, version, two flags, colour transform
)

// cutToFixed returns the segment cut to its fixed part of n bytes, or nil if it is shorter. In JFIF it sets the size of
// the thumbnail to 0.
func (s segment) cutToFixed(n int) []byte {
	if len(s.body()) < n {
		return nil
	}
	cut := bytes.Clone(s.bytes[:4+n])
	cut[2], cut[3] = 0, byte(2+n)
	if s.marker == app0 {
		cut[4+n-2], cut[4+n-1] = 0, 0
	}
	return cut
}

// cleanJPEG keeps what a decoder needs: the segments of tables and scans, and, once each, the fixed parts of JFIF and
// Adobe and the colour profile.
func cleanJPEG(data []byte) (kept Parts, orientation int, err error) {
	parts, err := segments(data)
	if err != nil {
		return nil, 0, err
	}
	profile, err := joinProfile(parts)
	if err != nil {
		return nil, 0, err
	}
	jfif, adobe := false, false
	for _, s := range parts {
		switch {
		case s.neededByDecoder():
			kept.add(s.bytes)
		case s.marker == app0 && !jfif && bytes.HasPrefix(s.body(), []byte("JFIF\x00")):
			kept.add(s.cutToFixed(fixedJFIF))
			jfif = true
		case s.marker == app14 && !adobe && bytes.HasPrefix(s.body(), []byte("Adobe")):
			kept.add(s.cutToFixed(fixedAdobe))
			adobe = true
		case s.isProfile():
			kept.add(profileSegments(profile))
			profile = nil
		case s.marker == app1 && orientation == 0:
			if exif, ok := bytes.CutPrefix(s.body(), []byte("Exif\x00\x00")); ok {
				orientation = orientationOf(exif)
			}
		}
	}
	return kept, orientation, nil
}

// maxProfile is the size in bytes of the largest colour profile that is copied into resized pictures.
const maxProfile = 16 << 10

// profileOf returns the colour profile of a JPEG as segments. It returns nil if the profile is not for the colour
// model that our JPEGs have, or is too large for small pictures.
func profileOf(parts []segment, decoded image.Image) (profile []byte) {
	switch decoded.(type) {
	case *image.YCbCr, *image.RGBA:
	default:
		return nil
	}
	profile, err := joinProfile(parts)
	if err != nil {
		return nil
	}
	profile = profileSegments(profile)
	if len(profile) > maxProfile {
		return nil
	}
	return profile
}
