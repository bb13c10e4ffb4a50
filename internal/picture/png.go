package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// pngChunks lists the chunks of a PNG that are kept, with their minimum and maximum lengths in bytes (PNG, third
// edition, chapter 11): those for pixels, colours and animation. A longer chunk carries data that is not visible.
// Only the chunks of pixels and of animation may occur more than once.
var pngChunks = map[string]struct{ least, most int }{
	"IHDR": {13, 13}, "PLTE": {3, 768}, "IDAT": {0, 1<<31 - 1}, "IEND": {0, 0},
	"tRNS": {1, 256}, "gAMA": {4, 4}, "cHRM": {32, 32}, "sRGB": {1, 1}, "iCCP": {3, 1<<31 - 1}, "cICP": {4, 4},
	"sBIT": {1, 4}, "pHYs": {9, 9}, "bKGD": {1, 6},
	"acTL": {8, 8}, "fcTL": {26, 26}, "fdAT": {4, 1<<31 - 1},
}

// pngNeeded lists the chunks of [pngChunks] that can't be dropped when their length is wrong: the PNG is refused.
var pngNeeded = map[string]bool{"IHDR": true, "PLTE": true, "IEND": true, "acTL": true, "fcTL": true, "fdAT": true}

// A pngCleaner collects the visible parts of a PNG.
type pngCleaner struct {
	kept        Parts
	orientation int
	seen        map[string]bool
	header      []byte // the body of IHDR
	// frame is the header of the frame that is being read, and pixels are its chunks so far.
	frame  []byte
	pixels [][]byte
	frames int
	motion int64
}

func cleanPNG(ctx context.Context, data []byte) (kept Parts, orientation int, err error) {
	const signature = 8
	if len(data) < signature {
		return nil, 0, errTruncated
	}
	c := &pngCleaner{seen: map[string]bool{}}
	c.kept.add(data[:signature])
	for rest := data[signature:]; !c.seen["IEND"]; {
		if len(rest) < 12 {
			return nil, 0, errTruncated
		}
		length := uint64(binary.BigEndian.Uint32(rest)) + 12
		if length > uint64(len(rest)) {
			return nil, 0, errTruncated
		}
		if err := c.chunk(ctx, rest[:length]); err != nil {
			return nil, 0, err
		}
		rest = rest[length:]
	}
	return c.kept, c.orientation, nil
}

// chunk keeps a chunk whole, cut, or not at all.
func (c *pngCleaner) chunk(ctx context.Context, chunk []byte) error {
	name, body := string(chunk[4:8]), chunk[8:len(chunk)-4]
	if name == "eXIf" {
		c.orientation = orientationOf(body)
	}
	bounds, known := pngChunks[name]
	if name == "IEND" {
		body, chunk = nil, pngChunk(name, nil)
	}
	pixels := name == "IDAT" || name == "fdAT"
	switch {
	case !known, c.seen[name] && !pixels && name != "fcTL":
		return nil
	case len(body) < bounds.least || len(body) > bounds.most:
		if pngNeeded[name] {
			return refuse(ReasonBroken, "its part %s has %d bytes", name, len(body))
		}
		return nil
	}
	c.seen[name] = true
	if pixels {
		c.pixels = append(c.pixels, chunk)
		return nil
	}
	if err := c.endFrame(ctx); err != nil {
		return err
	}
	switch name {
	case "IHDR":
		c.header = body
	case "fcTL":
		c.frame = body
		if c.frames++; c.frames > MaxFrames {
			return refuse(ReasonFrames, "more than %d frames", MaxFrames)
		}
	case "iCCP":
		var err error
		if chunk, err = cleanICCP(body); err != nil {
			return err
		}
	}
	c.kept.add(chunk)
	return nil
}

// endFrame keeps the pixel chunks of the frame that was read, up to the end of their zlib stream.
func (c *pngCleaner) endFrame(ctx context.Context) error {
	if c.pixels == nil {
		return nil
	}
	if c.header == nil {
		return errTruncated
	}
	chunks, skipped := c.pixels, 8 // the length and the name of the chunk
	width, height := binary.BigEndian.Uint32(c.header), binary.BigEndian.Uint32(c.header[4:])
	if string(chunks[0][4:8]) == "fdAT" {
		if c.frame == nil {
			return errTruncated
		}
		skipped += 4 // the sequence number
		width, height = binary.BigEndian.Uint32(c.frame[4:]), binary.BigEndian.Uint32(c.frame[8:])
	}
	if pixels := uint64(width) * uint64(height); pixels > maxPixels {
		return refuse(ReasonPixels, "%d × %d pixels", width, height)
	}
	size := unpackedLength(int64(width), int64(height), c.header)
	if c.motion += size; c.motion > maxAnimation {
		return refuse(ReasonFrames, "%d frames", c.frames)
	}
	var stream joinedReader
	for _, chunk := range chunks {
		stream.rest = append(stream.rest, chunk[skipped:len(chunk)-4])
	}
	if err := inflateExactly(ctx, &stream, size); err != nil {
		return err
	}
	for _, chunk := range chunks {
		switch body := chunk[skipped : len(chunk)-4]; {
		case stream.read <= 0:
		case stream.read < len(body):
			c.kept.add(pngChunk(string(chunk[4:8]), chunk[8:skipped+stream.read]))
			stream.read = 0
		default:
			c.kept.add(chunk)
			stream.read -= len(body)
		}
	}
	c.pixels = nil
	return nil
}

// adam7 lists the passes of an interlaced PNG: the first pixel of each, and the distances between its pixels.
var adam7 = []struct{ x, y, dx, dy int64 }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// unpackedLength returns the length in bytes of the unpacked pixels of a frame. Each row has one more byte in front,
// for its filter.
func unpackedLength(width, height int64, header []byte) (size int64) {
	channels := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]]
	rows := func(width, height int64) int64 {
		if width <= 0 || height <= 0 {
			return 0
		}
		return height * (1 + (width*channels*int64(header[8])+7)/8)
	}
	if header[12] == 0 {
		return rows(width, height)
	}
	for _, p := range adam7 {
		size += rows((width-p.x+p.dx-1)/p.dx, (height-p.y+p.dy-1)/p.dy)
	}
	return size
}

// joinedReader reads several byte slices as one stream and counts the bytes that were read. It implements
// io.ByteReader, so that a decompressor does not read ahead of what it needs.
type joinedReader struct {
	rest [][]byte
	read int
}

var _ io.ByteReader = (*joinedReader)(nil)

// Read implements io.Reader.
func (p *joinedReader) Read(into []byte) (int, error) {
	for len(p.rest) > 0 && len(p.rest[0]) == 0 {
		p.rest = p.rest[1:]
	}
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(into, p.rest[0])
	p.rest[0] = p.rest[0][n:]
	p.read += n
	return n, nil
}

// ReadByte implements io.ByteReader.
func (p *joinedReader) ReadByte() (byte, error) {
	for len(p.rest) > 0 && len(p.rest[0]) == 0 {
		p.rest = p.rest[1:]
	}
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	b := p.rest[0][0]
	p.rest[0] = p.rest[0][1:]
	p.read++
	return b, nil
}

var errMorePixels = refuse(ReasonBroken, "it has more pixels than it shows")

// inflateExactly reads a zlib stream to its end. It refuses a stream whose unpacked length is not size.
func inflateExactly(ctx context.Context, from *joinedReader, size int64) error {
	r, err := zlib.NewReader(from)
	if err != nil {
		return refuse(ReasonBroken, "%v", err)
	}
	for size > 0 {
		n, err := io.CopyN(io.Discard, r, min(size, 1<<20))
		if err != nil {
			return refuse(ReasonBroken, "%v", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		size -= n
	}
	if n, err := io.CopyN(io.Discard, r, 1); n > 0 || !errors.Is(err, io.EOF) {
		return errMorePixels
	}
	return nil
}

// cleanICCP writes the chunk of a colour profile again, without the bytes after the profile. It returns nil if the
// chunk holds no valid profile.
func cleanICCP(body []byte) ([]byte, error) {
	name := bytes.IndexByte(body, 0)
	if name < 0 || len(body) < name+2 || body[name+1] != 0 { // 0 is the only compression method
		return nil, nil
	}
	profile := inflateAtMost(body[name+2:], maxStoredProfile+1)
	if len(profile) > maxStoredProfile {
		return nil, errLargeProfile
	}
	if profile = trimProfile(profile); profile == nil {
		return nil, nil
	}
	var packed bytes.Buffer
	packed.WriteString("ICC profile\x00\x00")
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(profile) // writing to memory never fails
	_ = w.Close()
	return pngChunk("iCCP", packed.Bytes()), nil
}

// inflateAtMost returns at most the first most bytes of an unpacked zlib stream, or nil if the stream is invalid.
func inflateAtMost(stream []byte, most int64) []byte {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil {
		return nil
	}
	return data
}

func pngChunk(name string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(make([]byte, 0, len(body)+12), uint32(len(body)))
	chunk = append(append(chunk, name...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}
