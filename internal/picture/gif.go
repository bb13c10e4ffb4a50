package picture

import "bytes"

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

// cleanGIF keeps the frames of a GIF, how long each shows and how often all do.
func cleanGIF(data []byte) (kept Parts, err error) {
	frames, pixels := 0, 0
	err = gifBlocks(data, func(block []byte) {
		if block[0] == gifExtension && block[1] != gifControl {
			loops := block[1] == gifApplication &&
				(bytes.HasPrefix(block[3:], []byte("NETSCAPE2.0")) || bytes.HasPrefix(block[3:], []byte("ANIMEXTS1.0")))
			if !loops {
				return
			}
		}
		if block[0] == gifFrame {
			frames++
			pixels += (int(block[5]) | int(block[6])<<8) * (int(block[7]) | int(block[8])<<8)
		}
		kept.add(block)
	})
	if err == nil && (frames > MaxFrames || pixels > maxFilm) {
		err = refuse(ReasonFrames, "%d frames of %d megapixels in all", frames, pixels/1_000_000)
	}
	return kept, err
}
