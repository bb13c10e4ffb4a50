// Package testjpeg writes JPEGs that usual encoders do not write, to test how decoders treat them.
package testjpeg

import (
	"bytes"
	"encoding/binary"
)

// Progressive returns a grey progressive JPEG of width × height pixels, each a multiple of 8, with the given number
// of scans. Each scan after the first has only a few bytes, which end all its blocks at once.
func Progressive(width, height, scans int) []byte {
	blocks := width / 8 * height / 8
	data := []byte{0xff, 0xd8}
	data = append(data, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))...)
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(height))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(width)), 1, 1, 0x11, 0)
	data = append(data, segment(0xc2, frame)...)
	table := func(class, symbol byte) []byte { // one code of one bit: 0
		return segment(0xc4, append(append([]byte{class, 1}, make([]byte, 15)...), symbol))
	}
	data = append(append(data, table(0x00, 0)...), table(0x10, 0xe0)...)
	data = append(data, segment(0xda, []byte{1, 1, 0, 0, 0, 0})...)
	data = append(data, make([]byte, (blocks+7)/8)...)
	// 15 bits, all 0, end a run of 2^14 blocks.
	run := make([]byte, (blocks/(1<<14)+1)*15/8+1)
	for range scans - 1 {
		data = append(data, segment(0xda, []byte{1, 1, 0, 1, 63, 0x10})...)
		data = append(data, run...)
	}
	return append(data, 0xff, 0xd9)
}

// segment returns a marker with its data.
func segment(marker byte, body []byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}
