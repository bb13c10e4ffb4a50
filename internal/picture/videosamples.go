package picture

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// extent is a part of a file: the bytes from from up to to, which is not included.
type extent struct{ from, to int64 }

// merged sorts extents and joins those that touch or overlap.
func merged(extents []extent) []extent {
	slices.SortFunc(extents, func(a, b extent) int { return cmp.Compare(a.from, b.from) })
	joined := extents[:0]
	for _, e := range extents {
		if n := len(joined); n > 0 && e.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, e.to)
		} else {
			joined = append(joined, e)
		}
	}
	return joined
}

// isoTrack holds the tables with the positions of the samples of a track (ISO/IEC 14496-12, 8.7): the sizes of the
// samples (in 32 bits, or in a few), the number of samples in each chunk, and the offsets of the chunks (in 32 or 64
// bits). Each table begins with its version and flags.
type isoTrack struct{ sizes, small, perChunk, chunks, wide []byte }

// sampleSizes returns a function that gives the total size in bytes of n samples, beginning with the sample first.
// count is the number of all samples.
func (t isoTrack) sampleSizes() (of func(first, n int) int64, count int, err error) {
	each := func(size func(int) int64) func(int, int) int64 {
		return func(first, n int) (sum int64) {
			for i := range n {
				sum += size(first + i)
			}
			return sum
		}
	}
	if t.sizes == nil && len(t.small) >= 12 {
		bits := int(t.small[7])
		count = int(binary.BigEndian.Uint32(t.small[8:]))
		table := t.small[12:]
		if bits != 4 && bits != 8 && bits != 16 || count > len(table)*8/bits {
			return nil, 0, errTruncated
		}
		return each(func(n int) int64 {
			switch bits {
			case 4:
				return int64(table[n/2] >> (4 * (1 - n%2)) & 15)
			case 8:
				return int64(table[n])
			}
			return int64(binary.BigEndian.Uint16(table[2*n:]))
		}), count, nil
	}
	if len(t.sizes) < 12 {
		return nil, 0, errTruncated
	}
	same := int64(binary.BigEndian.Uint32(t.sizes[4:]))
	count = int(binary.BigEndian.Uint32(t.sizes[8:]))
	if same > 0 {
		return func(_, n int) int64 { return same * int64(n) }, count, nil
	}
	table := t.sizes[12:]
	if count > len(table)/4 {
		return nil, 0, errTruncated
	}
	return each(func(n int) int64 { return int64(binary.BigEndian.Uint32(table[4*n:])) }), count, nil
}

// chunkAt returns a function that gives the offset of a chunk. count is the number of chunks.
func (t isoTrack) chunkAt() (of func(n int) int64, count int, err error) {
	table, width := t.chunks, 4
	if table == nil {
		table, width = t.wide, 8
	}
	if len(table) < 8 {
		return nil, 0, errTruncated
	}
	count = int(binary.BigEndian.Uint32(table[4:]))
	table = table[8:]
	if count > len(table)/width {
		return nil, 0, errTruncated
	}
	return func(n int) int64 {
		if width == 4 {
			return int64(binary.BigEndian.Uint32(table[4*n:]))
		}
		return int64(binary.BigEndian.Uint64(table[8*n:]))
	}, count, nil
}

// extents appends the extents of the samples of the track.
func (t isoTrack) extents(to []extent) ([]extent, error) {
	size, samples, err := t.sampleSizes()
	if err != nil {
		return nil, err
	}
	at, chunks, err := t.chunkAt()
	if err != nil {
		return nil, err
	}
	if len(t.perChunk) < 8 {
		return nil, errTruncated
	}
	runs := t.perChunk[8:]
	if count := int(binary.BigEndian.Uint32(t.perChunk[4:])); count <= len(runs)/12 {
		runs = runs[:12*count]
	}
	sample, inChunk := 0, 0
	for chunk := range chunks {
		for len(runs) > 0 && int(binary.BigEndian.Uint32(runs)) <= chunk+1 {
			inChunk = int(binary.BigEndian.Uint32(runs[4:]))
			runs = runs[12:]
		}
		n := min(inChunk, samples-sample)
		from := at(chunk)
		end := from + size(sample, n)
		sample += n
		if from < 0 || end < from {
			return nil, errTruncated
		}
		to = append(to, extent{from, end})
	}
	return to, nil
}
