package embedded

import (
	"bytes"
	"math/rand/v2"
)

// sector is the number of bytes that a disk writes completely or not at all.
const sector = 512

// inode is a file of a disk: its bytes at its last sync, and the changes since then.
type inode struct {
	synced []byte
	since  []piece
	size   int
}

// piece is one change of a file: the bytes that were written at a position, which may be none, and the size of the
// file afterwards.
type piece struct {
	at   int
	data []byte
	size int
}

func (n *inode) write(at int, data []byte) {
	n.size = max(n.size, at+len(data))
	n.since = append(n.since, piece{at, bytes.Clone(data), n.size})
}

// resize truncates the file, or extends it with zeros.
func (n *inode) resize(size int) {
	zeros := make([]byte, max(n.size-size, 0))
	n.size = size
	n.since = append(n.since, piece{size, zeros, size})
}

// sync records that all changes are on the disk.
func (n *inode) sync() {
	for _, p := range n.since {
		n.synced = padded(n.synced, max(p.size, p.at+len(p.data)))
		copy(n.synced[p.at:], p.data)
		n.synced = n.synced[:p.size]
	}
	n.since = nil
}

// padded returns bytes, extended with zeros to a size.
func padded(data []byte, size int) []byte {
	return append(data, make([]byte, max(size-len(data), 0))...)
}

// left returns what may be left of the file if the power fails now. Each sector has the effect of the first pieces
// since the last sync, of any number of them. The size is that after any of them.
func (n *inode) left(l luck) []byte {
	sizes, most := []int{len(n.synced)}, len(n.synced)
	arrive := map[int]int{} // the number of pieces whose effect each sector has
	for _, p := range n.since {
		sizes, most = append(sizes, p.size), max(most, p.size, p.at+len(p.data))
		for at := range p.sectors {
			arrive[at]++
		}
	}
	data := padded(bytes.Clone(n.synced), most)
	if l.IntN(2) == 0 { // a disk may hold anything where nothing was written
		copy(data[len(n.synced):], l.junk(most-len(n.synced)))
	}
	for at := 0; at < most; at += sector {
		if arrive[at] > 0 {
			arrive[at] = l.among(arrive[at] + 1)
		}
	}
	for _, p := range n.since {
		for at, part := range p.sectors {
			if arrive[at] > 0 {
				arrive[at]--
				copy(data[p.at+part[0]:], p.data[part[0]:part[1]])
			}
		}
	}
	return data[:sizes[l.among(len(sizes))]]
}

// sectors iterates over the sectors of a piece: their positions in the file, and the part of the data that each gets.
func (p piece) sectors(yield func(at int, part [2]int) bool) {
	for from := 0; from < len(p.data); {
		at := (p.at + from) / sector * sector
		to := min(at+sector-p.at, len(p.data))
		if !yield(at, [2]int{from, to}) {
			return
		}
		from = to
	}
}

// luck decides what is on the disk without a sync: nothing at 0, everything at 1.
type luck struct {
	*rand.Rand
	of float64
}

// among chooses one of n versions. The first is certainly on the disk, and the last is the newest.
func (l luck) among(n int) int {
	switch {
	case l.of == 1 || n == 1:
		return n - 1
	case l.Float64() < l.of:
		return 1 + l.IntN(n-1)
	}
	return 0
}

// junk returns what an unwritten part of a disk may hold.
func (l luck) junk(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(l.Uint32())
	}
	return data
}
