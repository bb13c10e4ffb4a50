package picture

import (
	"bytes"
	"compress/lzw"
	"context"
	"errors"
	"io"
)

// The bytes that begin the blocks of a GIF, and those that name an extension.
const (
	gifExtension = 0x21
	gifFrame     = 0x2c
	gifTrailer   = 0x3b

	gifControl     = 0xf9
	gifApplication = 0xff
)

// gifBlocks calls visit with the header of a GIF, and then with each of its blocks, whole. It stops after the
// trailer, which is the last block.
func gifBlocks(data []byte, visit func(block []byte)) error {
	// The signature and the logical screen. The global colour table follows.
	const header = 13
	if len(data) < header {
		return errTruncated
	}
	if !bytes.HasPrefix(data, []byte("GIF8")) {
		return refuse(ReasonBroken, "no GIF")
	}
	at := header + colourTableLength(data[10])
	if at > len(data) {
		return errTruncated
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
				return errTruncated
			}
			length = 10 + colourTableLength(rest[9]) + 1 // 1 is the byte with the size of the codes
		default:
			return refuse(ReasonBroken, "there is an unknown block")
		}
		for { // The sub-blocks, each with its length in front; an empty one ends them.
			if length >= len(rest) {
				return errTruncated
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
	return errTruncated
}

// colourTableLength returns the length in bytes of the colour table that the flags announce.
func colourTableLength(flags byte) int {
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

// The lengths of two extensions of a GIF in bytes, with their sub-blocks. The graphic control extension gives the
// delay of a frame (GIF89a, chapter 23). The loop extension gives the number of repetitions; this is the length
// without its terminator.
const (
	gifControlLength = 8
	gifLoopsLength   = 18
)

// isLoopExtension reports whether an extension gives the number of repetitions of the animation.
func isLoopExtension(block []byte) bool {
	return block[1] == gifApplication && len(block) > gifLoopsLength && block[14] == 3 && block[15] == 1 &&
		(bytes.HasPrefix(block[3:], []byte("NETSCAPE2.0")) || bytes.HasPrefix(block[3:], []byte("ANIMEXTS1.0")))
}

// cleanGIF keeps the frames of a GIF, their delays, and the number of repetitions.
func cleanGIF(ctx context.Context, data []byte) (kept Parts, err error) {
	frames, motion := 0, 0
	var bad error
	err = gifBlocks(data, func(block []byte) {
		switch {
		case bad != nil:
		case block[0] == gifExtension && block[1] == gifControl && len(block) == gifControlLength:
			kept.add(block)
		case block[0] == gifExtension && isLoopExtension(block):
			kept.add(block[:gifLoopsLength])
			kept.add([]byte{0}) // the terminator: no more sub-blocks
		case block[0] == gifExtension:
		case block[0] == gifFrame:
			frames++
			motion += framePixels(block)
			if frames > MaxFrames || motion > maxAnimation {
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

// cleanFrame keeps a frame of a GIF up to the end of its LZW codes. A frame with fewer pixels than it announces is
// kept unchanged, since browsers show it.
func cleanFrame(ctx context.Context, kept *Parts, block []byte) error {
	begin := 10 + colourTableLength(block[9])
	width := int(block[begin])
	if width < 2 || width > 8 {
		return refuse(ReasonBroken, "its codes have %d bits", width)
	}
	begin++
	var codes joinedReader
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

// framePixels returns the number of pixels of a frame.
func framePixels(block []byte) int {
	return (int(block[5]) | int(block[6])<<8) * (int(block[7]) | int(block[8])<<8)
}
