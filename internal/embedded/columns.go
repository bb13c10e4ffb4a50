package embedded

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// cellReader reads the cells of some paths from a document, in one pass over the document. Only one goroutine may use
// it at a time.
type cellReader struct {
	root  *branch
	cells [][]byte
	// whole means that the cells include the data of documents and arrays.
	whole bool
	// arrays is the number of arrays that enclose the present position.
	arrays int
	walks  int
}

// branch is a step that some paths share.
type branch struct {
	name string
	// column is the column of the path that ends here, or -1.
	column int
	kids   []*branch
	// below are the columns of all paths that continue.
	below []int
	// depth is the number of steps up to here.
	depth int
	// seen is the number of the last document that had this step.
	seen int
}

// newCellReader returns a reader of some paths.
func newCellReader(paths []string, whole bool) *cellReader {
	r := &cellReader{root: &branch{column: -1}, whole: whole, cells: make([][]byte, len(paths))}
	for i, path := range paths {
		at := r.root
		for step := range strings.SplitSeq(path, ".") {
			at.below = append(at.below, i)
			kid := at.kid(step)
			if kid == nil {
				kid = &branch{name: step, column: -1, depth: at.depth + 1}
				at.kids = append(at.kids, kid)
			}
			at = kid
		}
		at.column = i
	}
	return r
}

func (b *branch) kid(name string) *branch {
	for _, kid := range b.kids {
		if kid.name == name {
			return kid
		}
	}
	return nil
}

// read returns the cells of a document. They are valid until the next read.
func (r *cellReader) read(doc string) ([][]byte, error) {
	for i := range r.cells {
		r.cells[i] = r.cells[i][:0]
	}
	r.arrays = 0
	return r.cells, r.document(r.root, doc)
}

// document reads a document at a branch.
func (r *cellReader) document(at *branch, doc string) error {
	r.walks++
	walk := r.walks
	rest, err := open(doc)
	if err != nil {
		return err
	}
	for rest != "" {
		one, err := rest.next()
		if err != nil {
			return err
		}
		if kid := at.kid(one.name); kid != nil && kid.seen != walk {
			kid.seen = walk
			if err := r.value(kid, one.value); err != nil {
				return err
			}
		}
	}
	if r.arrays == 0 {
		return nil
	}
	for _, kid := range at.kids {
		if kid.seen != walk {
			if kid.column >= 0 {
				r.add(kid.column, value{})
			}
			r.missing(kid)
		}
	}
	return nil
}

// missing records for all columns below a branch that they have no value.
func (r *cellReader) missing(at *branch) {
	for _, column := range at.below {
		r.add(column, value{})
	}
}

// value reads the value at a branch.
func (r *cellReader) value(at *branch, v value) error {
	if at.column >= 0 {
		if err := r.leaf(at, v); err != nil {
			return err
		}
	}
	switch {
	case len(at.kids) == 0:
	case v.kind == bson.TypeEmbeddedDocument:
		return r.document(at, v.data)
	case v.kind == bson.TypeArray:
		for _, column := range at.below {
			r.list(column, at.depth)
		}
		return r.each(v.data, func(one value) error {
			if one.kind != bson.TypeEmbeddedDocument {
				return nil
			}
			return r.document(at, one.data)
		})
	case r.arrays > 0:
		r.missing(at)
	}
	return nil
}

// leaf reads the value at the end of a path.
func (r *cellReader) leaf(at *branch, v value) error {
	if v.kind != bson.TypeArray {
		r.add(at.column, v)
		return nil
	}
	r.list(at.column, at.depth)
	err := r.each(v.data, func(one value) error {
		r.add(at.column, one)
		return nil
	})
	r.add(at.column, value{wholeArray, v.data})
	return err
}

// each calls a function with the elements of an array.
func (r *cellReader) each(array string, do func(value) error) error {
	r.arrays++
	rest, err := open(array)
	for err == nil && rest != "" {
		var one element
		if one, err = rest.next(); err == nil {
			err = do(one.value)
		}
	}
	r.arrays--
	return err
}

// add writes a value into a cell.
func (r *cellReader) add(column int, v value) {
	if v.kind == 0 && len(r.cells[column]) == 0 {
		return
	}
	r.cells[column] = appendValue(r.cells[column], v, r.whole)
}

// list marks a cell as a list.
func (r *cellReader) list(column, depth int) {
	if cell := r.cells[column]; len(cell) == 0 {
		r.cells[column] = append(cell, listMark, byte(depth))
	} else {
		cell[1] = manyArrays
	}
}

// addColumns appends those paths that are not among the columns yet.
func addColumns(columns []string, paths ...string) []string {
	for _, path := range paths {
		if path != "_id" && !slices.Contains(columns, path) {
			columns = append(columns, path)
		}
	}
	return columns
}
