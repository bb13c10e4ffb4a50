package picture

import (
	"cmp"
	"io"
	"slices"
)

// Overwritten reads a file in which some parts are replaced by zeros or by other bytes of the same length. The file
// itself is not changed.
type Overwritten struct {
	file  io.ReaderAt
	parts []overwrite
}

var _ io.ReaderAt = (*Overwritten)(nil)

// overwrite is a part that is read as the bytes of with, or as zeros if with is nil.
type overwrite struct {
	extent
	with []byte
}

// zero replaces a part by zeros.
func (o *Overwritten) zero(from, to int64) {
	if from < to {
		o.parts = append(o.parts, overwrite{extent: extent{from, to}})
	}
}

// write replaces the bytes at a position.
func (o *Overwritten) write(at int64, with []byte) {
	o.parts = append(o.parts, overwrite{extent{at, at + int64(len(with))}, with})
}

// sort prepares the parts for ReadAt. They don't overlap.
func (o *Overwritten) sort() {
	slices.SortFunc(o.parts, func(a, b overwrite) int { return cmp.Compare(a.from, b.from) })
}

// ReadAt implements io.ReaderAt.
func (o *Overwritten) ReadAt(into []byte, at int64) (int, error) {
	n, err := o.file.ReadAt(into, at)
	end := at + int64(n)
	first, _ := slices.BinarySearchFunc(o.parts, at, func(p overwrite, at int64) int {
		if p.to <= at {
			return -1
		}
		return 1
	})
	for _, p := range o.parts[first:] {
		if p.from >= end {
			break
		}
		from, to := max(p.from, at), min(p.to, end)
		if p.with == nil {
			clear(into[from-at : to-at])
		} else {
			copy(into[from-at:to-at], p.with[from-p.from:])
		}
	}
	return n, err
}
