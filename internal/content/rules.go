package content

import "slices"

// Content is an entry of any kind.
type Content interface {
	// Common is the part that all kinds share.
	Common() *Base
	// Kind is the kind of the entry.
	Kind() Kind
	// Label is the entry's display name: its title or its name.
	Label() Text
	// Check tells what is missing in the copy, and what does not fit together in it.
	Check(Checker)
	rules
}

// rules are what a kind may have of its own beside [Content]; [Base] has those of a kind without any.
type rules interface {
	// SetDefaults sets what a new copy has when nothing is said.
	SetDefaults(*Site)
	// Derive works out what follows from the copy's own content. Minutes counts how long rich text takes to read.
	Derive(minutes func(RichText) Minutes)
	// ParentLink is the entry of the same kind that the copy stands directly below; "" at the top of its tree, and for
	// kinds that make none.
	ParentLink() ID
	// TakeOver works out what the copy takes over from other entries; cycle tells that one stands below itself.
	TakeOver(find Finder) (cycle bool, err error)
	// Taken is what TakeOver worked out last.
	Taken() Taken
	// Gives is what others take over from the copy; nil if they take over nothing from its kind.
	Gives() []any
	// Correct adds a correction that readers see, where the kind has them ([Descriptor.Corrected]).
	Correct(Correction)
}

// Checker is told what is wrong with a copy. Paths lead to fields of the copy.
type Checker interface {
	// Need tells that something must be given, unless it is there.
	Need(there bool, path ...string)
	// Count tells that a number must be from 1 to most, where it is given and is not.
	Count(n *int, most int, path ...string)
	// Degrees tells that an angle must be from -most to most, where it is given and is not.
	Degrees(v *float64, most float64, path ...string)
	// Ordered tells that an end lies before its beginning, unless it is in order. The path is that of the end.
	Ordered(inOrder bool, path ...string)
	// OneOf tells that one of some fields is to be given, unless that is so.
	OneOf(right bool, fields string, path ...string)
	// TimeZone tells that a name is none of a time zone, unless it is one.
	TimeZone(name string, path ...string)
}

// Finder finds a copy of an entry; nil when there is none.
type Finder func(ID) (Content, error)

// Taken is what a copy took over from other entries.
type Taken struct {
	// From are the entries that it stands on.
	From []ID
	// Fields has the values by the names of their stored fields.
	Fields map[string]any
	// Told are those entries, with as much as the copy tells of them.
	Told map[ID]Content
}

// SetDefaults implements [Content].
func (*Base) SetDefaults(*Site) {}

// Derive implements [Content].
func (*Base) Derive(func(RichText) Minutes) {}

// ParentLink implements [Content].
func (*Base) ParentLink() ID { return "" }

// TakeOver implements [Content].
func (*Base) TakeOver(Finder) (cycle bool, err error) { return false, nil }

// Taken implements [Content].
func (*Base) Taken() Taken { return Taken{} }

// Gives implements [Content].
func (*Base) Gives() []any { return nil }

// Correct implements [Content].
func (*Base) Correct(Correction) {}

// above are the ids from the root of a tree down to a parent, for an entry that is to stand below it.
func above(of, parent ID, find Finder) (chain []ID, cycle bool, err error) {
	for parent != "" {
		if parent == of || slices.Contains(chain, parent) {
			return nil, true, nil
		}
		chain = append(chain, parent)
		found, err := find(parent)
		if err != nil {
			return nil, false, err
		}
		if parent = ""; found != nil {
			parent = found.ParentLink()
		}
	}
	slices.Reverse(chain)
	return chain, false, nil
}

// takenChain is what a copy took over that keeps in a field which entries stand above it, from the root down. Below
// makes one of those from its parent.
func takenChain(field string, chain []ID, below func(parent ID) Content) Taken {
	fields := map[string]any{field: append([]ID{}, chain...)}
	t := Taken{From: chain, Fields: fields, Told: make(map[ID]Content, len(chain))}
	var parent ID
	for _, id := range chain {
		t.Told[id] = below(parent)
		parent = id
	}
	return t
}

// inside is a path that goes on from another one.
func inside(path []string, names ...string) []string { return append(slices.Clone(path), names...) }
