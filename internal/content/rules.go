package content

import "slices"

// Content is an entry of any kind.
type Content interface {
	// Common returns the fields that all kinds have.
	Common() *Base
	// Kind returns the kind of the entry.
	Kind() Kind
	// Label returns the display name of the entry: its title or its name.
	Label() Text
	// Check reports missing values and contradictions in the copy to a Checker.
	Check(Checker)
	// Searched returns what readers can search for in the copy.
	Searched() Searched
	rules
}

// rules are the optional methods of a kind. [Base] has the methods for kinds that do not need them.
type rules interface {
	// SetDefaults sets the default values of a new copy.
	SetDefaults(*Site)
	// Derive computes the fields that are derived from the copy's own content. Minutes returns the reading time of rich
	// text.
	Derive(minutes func(RichText) Minutes)
	// ParentLink returns the parent in the tree of the kind; "" for a root, and for kinds without a tree.
	ParentLink() ID
	// TakeOver copies values from other entries into the copy. Cycle reports that an entry is below itself in its tree.
	TakeOver(find Finder) (cycle bool, err error)
	// Taken returns the values that the last TakeOver copied.
	Taken() Taken
	// Gives returns the values that other entries copy from this copy; nil if no kind copies from its kind.
	Gives() []any
	// Correct adds a correction that readers see, for kinds that have corrections ([Descriptor.Corrected]).
	Correct(Correction)
}

// Checker collects the problems of a copy. A path is the place of a field in the copy.
type Checker interface {
	// Need reports a missing value if there is false.
	Need(there bool, path ...string)
	// Count reports a number that is not from 1 to most; nil is right.
	Count(n *int, most int, path ...string)
	// Degrees reports an angle that is not from -most to most; nil is right.
	Degrees(v *float64, most float64, path ...string)
	// Ordered reports an end that is before its beginning, if inOrder is false. The path is the path of the end.
	Ordered(inOrder bool, path ...string)
	// OneOf reports that only one of some fields may be given, if right is false.
	OneOf(right bool, fields string, path ...string)
	// TimeZone reports a name that is not the name of a time zone.
	TimeZone(name string, path ...string)
}

// Finder returns a copy of an entry; nil if there is none.
type Finder func(ID) (Content, error)

// Taken has the values that a copy copied from other entries.
type Taken struct {
	// From are the entries from which it copied.
	From []ID
	// Fields has the values by the names of their stored fields.
	Fields map[string]any
	// Told are those entries, with only the values that the copy has of them.
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

// ancestors returns the ids from the root of a tree down to a parent, for the entry of, which is below that parent.
// Cycle reports that of, or one of the entries above it, is below itself.
func ancestors(of, parent ID, find Finder) (chain []ID, cycle bool, err error) {
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

// takenAncestors returns Taken for a copy that has the ids of all entries above it in a field, from the root down.
// Below makes such an entry from the id of its parent.
func takenAncestors(field string, chain []ID, below func(parent ID) Content) Taken {
	fields := map[string]any{field: append([]ID{}, chain...)}
	t := Taken{From: chain, Fields: fields, Told: make(map[ID]Content, len(chain))}
	var parent ID
	for _, id := range chain {
		t.Told[id] = below(parent)
		parent = id
	}
	return t
}

// subpath returns a path followed by more names.
func subpath(path []string, names ...string) []string { return append(slices.Clone(path), names...) }
