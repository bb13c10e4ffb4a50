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

// webpFixed are the chunks of a WebP that have a length of their own, in bytes.
var webpFixed = map[string]int{"VP8X": 10, "ANIM": 6}

// webpChunks visits the chunks of a WebP, or of a frame of one.
func webpChunks(data []byte, visit func(name string, body []byte) error) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return errCut
		}
		length := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
		if length > uint64(len(data)) {
			return errCut
		}
		if err := visit(string(data[:4]), data[8:length]); err != nil {
			return err
		}
		data = data[min(length+length%2, uint64(len(data))):]
	}
	return nil
}

// webpChunk writes the header of a chunk.
func webpChunk(name string, length int) []byte {
	return binary.LittleEndian.AppendUint32([]byte(name), uint32(length))
}

// addWebP keeps a chunk, filled up to an even length.
func (p *Parts) addWebP(name string, body []byte) {
	p.add(webpChunk(name, len(body)))
	p.add(body)
	if len(body)%2 == 1 {
		p.add([]byte{0})
	}
}

// A webpCleaner keeps what a WebP shows.
type webpCleaner struct {
	kept        Parts
	orientation int
	frames      int
	seen        map[string]bool
	extended    []byte // of VP8X
}

// cleanWebP keeps the chunks of a WebP that its pixels, colours and movement need.
func cleanWebP(data []byte) (kept Parts, orientation int, err error) {
	const header = 12 // RIFF, the length, WEBP
	if len(data) < header {
		return nil, 0, errCut
	}
	end := uint64(binary.LittleEndian.Uint32(data[4:])) + 8
	if end > uint64(len(data)) || end < header {
		return nil, 0, errCut
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

// chunk keeps a chunk, or a part of it, or nothing.
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
			return errCut
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
		if body = wholeProfile(body); body == nil {
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

// frameHeader is the length of what stands before the chunks of a frame: its place, size, time and flags.
const frameHeader = 16

// frame keeps a frame of a WebP that moves, with the chunks that its pixels need.
func (c *webpCleaner) frame(body []byte) error {
	if len(body) < frameHeader {
		return errCut
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
