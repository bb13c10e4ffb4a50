package picture

import (
	"bytes"
	"encoding/binary"
)

// The flags of a WebP's VP8X chunk (WebP Container Specification, "Extended File Format").
const (
	webpProfile = 0x20
	webpEXIF    = 0x08
	webpXMP     = 0x04
)

// webpFixed gives the lengths in bytes of the chunks that have a fixed length.
var webpFixed = map[string]int{"VP8X": 10, "ANIM": 6}

// webpChunks calls visit with each chunk of a WebP, or of one of its frames.
func webpChunks(data []byte, visit func(name string, body []byte) error) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return errTruncated
		}
		length := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
		if length > uint64(len(data)) {
			return errTruncated
		}
		if err := visit(string(data[:4]), data[8:length]); err != nil {
			return err
		}
		data = data[min(length+length%2, uint64(len(data))):]
	}
	return nil
}

// webpChunk returns the header of a chunk.
func webpChunk(name string, length int) []byte {
	return binary.LittleEndian.AppendUint32([]byte(name), uint32(length))
}

// addWebP keeps a chunk, with a zero byte after it if its length is odd.
func (p *Parts) addWebP(name string, body []byte) {
	p.add(webpChunk(name, len(body)))
	p.add(body)
	if len(body)%2 == 1 {
		p.add([]byte{0})
	}
}

// A webpCleaner collects the visible parts of a WebP.
type webpCleaner struct {
	kept        Parts
	orientation int
	frames      int
	seen        map[string]bool
	extended    []byte // the body of VP8X
}

// cleanWebP keeps the chunks of a WebP for pixels, colours and animation.
func cleanWebP(data []byte) (kept Parts, orientation int, err error) {
	const header = 12 // RIFF, the length, WEBP
	if len(data) < header {
		return nil, 0, errTruncated
	}
	end := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
	if end > uint64(len(data)) || end < header {
		return nil, 0, errTruncated
	}
	c := &webpCleaner{seen: map[string]bool{}}
	begin := bytes.Clone(data[:header])
	c.kept.add(begin)
	if err := webpChunks(data[header:end], c.chunk); err != nil {
		return nil, 0, err
	}
	if c.extended != nil && !c.seen["ICCP"] {
		c.extended[0] &^= webpProfile
	}
	binary.LittleEndian.PutUint32(begin[4:], uint32(c.kept.Size()-8))
	return c.kept, c.orientation, nil
}

// chunk keeps a chunk whole, cut, or not at all.
func (c *webpCleaner) chunk(name string, body []byte) error {
	if name == "EXIF" {
		c.orientation = orientationOf(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		return nil
	}
	if name != "ANMF" && c.seen[name] {
		return nil
	}
	if fixed := webpFixed[name]; fixed > 0 {
		if len(body) < fixed {
			return errTruncated
		}
		body = bytes.Clone(body[:fixed])
	}
	switch name {
	case "VP8X":
		body[0] &^= webpEXIF | webpXMP
		c.extended = body
	case "ICCP":
		if len(body) > maxStoredProfile {
			return errLargeProfile
		}
		if body = trimProfile(body); body == nil {
			return nil
		}
	case "ANMF":
		if c.frames++; c.frames > MaxFrames {
			return refuse(ReasonFrames, "more than %d frames", MaxFrames)
		}
		return c.frame(body)
	case "VP8 ", "VP8L", "ALPH", "ANIM":
	default:
		return nil
	}
	c.seen[name] = true
	c.kept.addWebP(name, body)
	return nil
}

// frameHeader is the length in bytes of the data before the chunks of a frame: position, size, delay and flags.
const frameHeader = 16

// frame keeps a frame of an animated WebP, with its chunks of pixels.
func (c *webpCleaner) frame(body []byte) error {
	if len(body) < frameHeader {
		return errTruncated
	}
	var kept Parts
	err := webpChunks(body[frameHeader:], func(name string, body []byte) error {
		if name == "ALPH" || name == "VP8 " || name == "VP8L" {
			kept.addWebP(name, body)
		}
		return nil
	})
	c.kept.add(webpChunk("ANMF", frameHeader+int(kept.Size())))
	c.kept.add(body[:frameHeader])
	for _, part := range kept {
		c.kept.add(part)
	}
	return err
}
