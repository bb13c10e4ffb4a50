package embedded

import (
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// projection says which fields are read of documents. nil reads whole documents.
type projection struct {
	root *part
	// without means that the paths are left out. Otherwise only the paths are read.
	without bool
	// columns are the columns of all paths. It is nil if a path has no column.
	columns []int
}

// part is a step of the paths of a projection.
type part struct {
	name string
	// ends means that a path ends here.
	ends   bool
	column int
	kids   []*part
}

func (p *part) kid(name string) *part {
	for _, kid := range p.kids {
		if kid.name == name {
			return kid
		}
	}
	return nil
}

// projection compiles a projection.
func (t *table) projection(fields bson.D) (*projection, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	p := &projection{root: &part{}}
	known := true
	for i, field := range fields {
		without, err := leavesOut(field)
		if err != nil {
			return nil, err
		}
		if i > 0 && without != p.without {
			return nil, errors.New("a projection either reads fields or leaves fields out")
		}
		p.without = without
		at := p.root
		for step := range strings.SplitSeq(field.Key, ".") {
			kid := at.kid(step)
			if kid == nil {
				kid = &part{name: step, column: noColumn}
				at.kids = append(at.kids, kid)
			}
			at = kid
		}
		at.ends, at.column = true, t.column(field.Key)
		known = known && at.column != noColumn
		if at.column != idColumn {
			p.columns = append(p.columns, at.column)
		}
	}
	if p.without {
		p.columns = nil
		return p, nil
	}
	if p.root.kid("_id") == nil {
		p.root.kids = append(p.root.kids, &part{name: "_id", ends: true, column: idColumn})
	}
	if !known {
		p.columns = nil
	} else if p.columns == nil {
		p.columns = []int{}
	}
	return p, nil
}

// leavesOut reports whether a projection leaves a field out.
func leavesOut(field bson.E) (bool, error) {
	switch v := field.Value.(type) {
	case int:
		return v == 0, nil
	case int32:
		return v == 0, nil
	case int64:
		return v == 0, nil
	case bool:
		return !v, nil
	}
	return false, unsupported(fmt.Sprintf("the projection of %s to a value of the type %T", field.Key, field.Value))
}

// covers reports whether the rows of some documents have all fields that are read.
func (p *projection) covers(rows []*row) bool {
	if p == nil || p.columns == nil {
		return false
	}
	for _, r := range rows {
		for _, column := range p.columns {
			if cell := r.cell(column); isList(cell) || cell != "" && oneValue(cell).compound() {
				return false
			}
		}
	}
	return true
}

// ofRow appends the fields of a document from its row.
func (p *projection) ofRow(to []byte, r *row) []byte {
	return p.root.ofRow(to, r)
}

func (p *part) ofRow(to []byte, r *row) []byte {
	to, at := begin(to)
	if id := p.kid("_id"); id != nil && id.column == idColumn {
		to = appendElement(to, "_id", value{bson.TypeString, r.id})
	}
	for _, kid := range p.kids {
		switch {
		case kid.column >= 0:
			if cell := r.cell(kid.column); cell != "" {
				to = appendElement(to, kid.name, oneValue(cell))
			}
		case kid.column == noColumn && kid.hasValue(r):
			to = append(append(append(to, byte(bson.TypeEmbeddedDocument)), kid.name...), 0)
			to = kid.ofRow(to, r)
		}
	}
	return finish(to, at)
}

// hasValue reports whether a row has a value below this step.
func (p *part) hasValue(r *row) bool {
	for _, kid := range p.kids {
		if kid.column >= 0 && r.cell(kid.column) != "" || kid.hasValue(r) {
			return true
		}
	}
	return false
}

// ofDocument appends the fields of a document from the document.
func (p *projection) ofDocument(to, doc []byte) ([]byte, error) {
	if p == nil {
		return append(to, doc...), nil
	}
	return p.ofParts(to, text(doc), p.root, true)
}

// ofParts appends the fields of a document or, if named is false, of an array.
func (p *projection) ofParts(to []byte, doc string, at *part, named bool) ([]byte, error) {
	rest, err := open(doc)
	if err != nil {
		return nil, err
	}
	to, start := begin(to)
	for rest != "" {
		one, err := rest.next()
		if err != nil {
			return nil, err
		}
		inner := at
		if named {
			inner = at.kid(one.name)
		}
		switch {
		case inner == nil || named && inner.ends:
			if p.without == (inner == nil) {
				to = append(to, one.raw...)
			}
		case one.kind == bson.TypeEmbeddedDocument || one.kind == bson.TypeArray:
			to = append(to, one.raw[:len(one.raw)-len(one.data)]...)
			if to, err = p.ofParts(to, one.data, inner, one.kind == bson.TypeEmbeddedDocument); err != nil {
				return nil, err
			}
		case p.without:
			to = append(to, one.raw...)
		}
	}
	return finish(to, start), nil
}
