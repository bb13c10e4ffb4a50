package picture

import (
	"bytes"
	"compress/lzw"
	"context"
	"errors"
	"io"
)

// The blocks of a GIF.
const (
	gifExtension = 0x21
	gifFrame     = 0x2c
	gifTrailer   = 0x3b

	gifControl     = 0xf9
	gifApplication = 0xff
)

// gifBlocks visits the blocks of a GIF behind its header: each with what belongs to it.
// It ends at the trailer, which is the last.
func gifBlocks(data []byte, visit func(block []byte)) error {
	// The signature and the logical screen, then the global colour table.
	const header = 13
	if len(data) < header {
		return errCut
	}
	if !bytes.HasPrefix(data, []byte("GIF8")) {
		return refuse(ReasonBroken, "no GIF")
	}
	at := header + colours(data[10])
	if at > len(data) {
		return errCut
	}
	visit(data[:at])
	for rest := data[at:]; len(rest) > 0; {
		var length int
		switch rest[0] {
		case gifTrailer:
			visit(rest[:1])
			return nil
		case gifExtension:
			length = 2
		case gifFrame:
			if len(rest) < 11 {
				return errCut
			}
			length = 10 + colours(rest[9]) + 1 // the size of the codes
		default:
			return refuse(ReasonBroken, "there is an unknown block")
		}
		for { // the parts, each behind its length, up to an empty one
			if length >= len(rest) {
				return errCut
			}
			n := int(rest[length])
			length += 1 + n
			if n == 0 {
				break
			}
		}
		visit(rest[:length])
		rest = rest[length:]
	}
	return errCut
}

// colours is the length of the colour table that some flags announce.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// gifFrames counts the frames of a GIF.
func gifFrames(data []byte) (n int, err error) {
	err = gifBlocks(data, func(block []byte) {
		if block[0] == gifFrame {
			n++
		}
	})
	return n, err
}

// The lengths of two extensions of a GIF in bytes, with their parts: a control, which tells how long a frame
// shows (GIF89a, chapter 23), and the beginning of one that tells how often all of them do.
const (
	gifControlLength = 8
	gifLoopsLength   = 18
)

// loops tells whether an extension says how often the frames are shown.
func loops(block []byte) bool {
	return block[1] == gifApplication && len(block) > gifLoopsLength && block[14] == 3 && block[15] == 1 &&
		(bytes.HasPrefix(block[3:], []byte("NETSCAPE2.0")) || bytes.HasPrefix(block[3:], []byte("ANIMEXTS1.0")))
}

// cleanGIF keeps the frames of a GIF, how long each shows and how often all do.
func cleanGIF(ctx context.Context, data []byte) (kept Parts, err error) {
	frames, motion := 0, 0
	var bad error
	err = gifBlocks(data, func(block []byte) {
		switch {
		case bad != nil:
		case block[0] == gifExtension && block[1] == gifControl && len(block) == gifControlLength:
			kept.add(block)
		case block[0] == gifExtension && loops(block):
			kept.add(block[:gifLoopsLength])
			kept.add([]byte{0}) // and no more parts
		case block[0] == gifExtension:
		case block[0] == gifFrame:
			frames++
			motion += framePixels(block)
			if frames > MaxFrames || motion > maxFilm {
				bad = refuse(ReasonFrames, "more than %d frames", frames-1)
				return
			}
			bad = cleanFrame(ctx, &kept, block)
		default:
			kept.add(block)
		}
	})
	if err == nil {
		err = bad
	}
	return kept, err
}

// cleanFrame keeps a frame of a GIF up to the end of its codes. One that has fewer pixels than it says is kept
// as it is: browsers show it.
func cleanFrame(ctx context.Context, kept *Parts, block []byte) error {
	begin := 10 + colours(block[9])
	width := int(block[begin])
	if width < 2 || width > 8 {
		return refuse(ReasonBroken, "its codes have %d bits", width)
	}
	begin++
	var codes pieces
	for at := begin; block[at] > 0; at += 1 + int(block[at]) {
		codes.rest = append(codes.rest, block[at+1:at+1+int(block[at])])
	}
	r := lzw.NewReader(&codes, lzw.LSB, width)
	size := int64(framePixels(block))
	n, err := io.CopyN(io.Discard, r, size+1)
	_ = r.Close()
	switch {
	case n > size:
		return errMorePixels
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(ReasonBroken, "%v", err)
	}
	at, left := begin, codes.read
	for block[at] > 0 && int(block[at]) <= left {
		left -= int(block[at])
		at += 1 + int(block[at])
	}
	kept.add(block[:at])
	if block[at] > 0 && left > 0 {
		kept.add([]byte{byte(left)})
		kept.add(block[at+1 : at+1+left])
	}
	if block[at] > 0 {
		kept.add([]byte{0})
	} else {
		kept.add(block[at : at+1])
	}
	return ctx.Err()
}

// framePixels is how many pixels a frame has.
func framePixels(block []byte) int {
	return (int(block[5]) | int(block[6])<<8) * (int(block[7]) | int(block[8])<<8)
}
