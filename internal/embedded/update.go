package embedded

import (
	"fmt"
	"strings"
	"unsafe"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
)

// edit is a step of the paths that an update sets or removes.
type edit struct {
	name string
	// set is the new value of the field, if sets is true. unset removes the field.
	set         value
	sets, unset bool
	kids        []*edit
	seen        bool
}

func (e *edit) kid(name string) *edit {
	for _, kid := range e.kids {
		if kid.name == name {
			return kid
		}
	}
	return nil
}

// compileUpdate compiles an update. It supports $set and $unset.
func compileUpdate(update bson.D) (*edit, error) {
	raw, err := bsondoc.Marshal(update)
	if err != nil {
		return nil, fmt.Errorf("encode an update: %w", err)
	}
	root := &edit{}
	ops, err := open(string(raw))
	for err == nil && ops != "" {
		var op element
		if op, err = ops.next(); err != nil {
			break
		}
		if op.name != "$set" && op.name != "$unset" || op.kind != bson.TypeEmbeddedDocument {
			return nil, unsupported("the update operator " + op.name)
		}
		fields, openErr := open(op.data)
		for err = openErr; err == nil && fields != ""; {
			var field element
			if field, err = fields.next(); err == nil {
				err = root.add(field, op.name == "$set")
			}
		}
	}
	return root, err
}

// add adds a path that is set or removed.
func (e *edit) add(field element, set bool) error {
	at := e
	for step := range strings.SplitSeq(field.name, ".") {
		kid := at.kid(step)
		if kid == nil {
			kid = &edit{name: step}
			at.kids = append(at.kids, kid)
		}
		if at = kid; at.sets || at.unset {
			return fmt.Errorf("an update changes %s twice", field.name)
		}
	}
	if len(at.kids) > 0 {
		return fmt.Errorf("an update changes %s twice", field.name)
	}
	at.set, at.sets, at.unset = field.value, set, !set
	return nil
}

// hasSet reports whether something is set at or below this step.
func (e *edit) hasSet() bool {
	if e.sets {
		return true
	}
	for _, kid := range e.kids {
		if kid.hasSet() {
			return true
		}
	}
	return false
}

// emptyDocument is a document without fields.
const emptyDocument = "\x05\x00\x00\x00\x00"

// apply appends a document as it is after the update.
func (e *edit) apply(to []byte, doc string) ([]byte, error) {
	rest, err := open(doc)
	if err != nil {
		return nil, err
	}
	for _, kid := range e.kids {
		kid.seen = false
	}
	to, start := begin(to)
	for rest != "" {
		one, err := rest.next()
		if err != nil {
			return nil, err
		}
		kid := e.kid(one.name)
		if kid == nil {
			to = append(to, one.raw...)
			continue
		}
		kid.seen = true
		if to, err = kid.replace(to, one); err != nil {
			return nil, err
		}
	}
	for _, kid := range e.kids {
		switch {
		case kid.seen || kid.unset:
		case kid.sets:
			to = appendElement(to, kid.name, kid.set)
		case kid.hasSet():
			to = append(append(append(to, byte(bson.TypeEmbeddedDocument)), kid.name...), 0)
			if to, err = kid.apply(to, emptyDocument); err != nil {
				return nil, err
			}
		}
	}
	return finish(to, start), nil
}

// replace appends the new form of a field.
func (e *edit) replace(to []byte, one element) ([]byte, error) {
	switch {
	case e.sets:
		return appendElement(to, e.name, e.set), nil
	case e.unset:
		return to, nil
	case one.kind == bson.TypeEmbeddedDocument:
		return e.apply(append(to, one.raw[:len(one.raw)-len(one.data)]...), one.data)
	case e.hasSet():
		return nil, fmt.Errorf("an update can't set a field of %s, which is no document", e.name)
	}
	return append(to, one.raw...), nil
}

// text returns bytes as a string without a copy. The bytes must not change while the string is used.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
