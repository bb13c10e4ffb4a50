package graph

import (
	"sen/graph/scalar"
	"sen/internal/content"
)

// An accessor reads one field of the schema from a Go value, without gqlgen. graph/generate writes the table
// accessors. Exactly one function is set:
//
//   - append: the field is a scalar that the object's struct has.
//   - answered: the field is a scalar that a relation answers.
//   - members: the field leads to objects that the object's struct has.
//   - objects: the field leads to objects that a relation answers.
type accessor struct {
	append   func(b []byte, at *scalar.Place, obj any) []byte
	answered func(b []byte, at *scalar.Place, answer any) []byte
	members  func(to []any, obj any) ([]any, int)
	objects  func(to []any, answer any) ([]any, int)
}

// isNull is returned instead of a number of objects when the answer is null and not a list or an object.
const isNull = -1

// appendObjects appends the objects in v to a list: pointers to structs, and nil for a list element that is null. It
// returns their number, or isNull if v itself is null.
type appendObjects[V any] func(to []any, v V) ([]any, int)

// leaf makes the accessor of a scalar field that is a member of the struct. O is a pointer to the struct.
func leaf[O, V any](get func(O) V, appended scalar.Append[V]) accessor {
	return accessor{append: func(b []byte, at *scalar.Place, obj any) []byte { return appended(b, at, get(obj.(O))) }}
}

// answeredLeaf makes the accessor of a scalar field that a relation answers.
func answeredLeaf[V any](appended scalar.Append[V]) accessor {
	return accessor{answered: func(b []byte, at *scalar.Place, answer any) []byte {
		v, ok := answer.(V)
		at.Bad = at.Bad || !ok && answer != nil
		return appended(b, at, v)
	}}
}

// branch makes the accessor of a field whose objects are members of the struct.
func branch[O, V any](get func(O) V, add appendObjects[V]) accessor {
	return accessor{members: func(to []any, obj any) ([]any, int) { return add(to, get(obj.(O))) }}
}

// answeredBranch makes the accessor of a field whose objects a relation answers.
func answeredBranch[V any](add appendObjects[V]) accessor {
	return accessor{objects: func(to []any, answer any) ([]any, int) {
		v, _ := answer.(V)
		return add(to, v)
	}}
}

// single appends the object behind a pointer.
func single[P any](to []any, v P) ([]any, int) {
	if content.IsNil(v) {
		return to, isNull
	}
	return append(to, v), 1
}

// abstract appends the object behind an interface.
func abstract[I any](to []any, v I) ([]any, int) {
	if any(v) == nil {
		return to, isNull
	}
	return append(to, v), 1
}

// eachPointer appends each object of a list of pointers.
func eachPointer[P any](to []any, list []P) ([]any, int) {
	if list == nil {
		return to, isNull
	}
	for _, e := range list {
		if content.IsNil(e) {
			to = append(to, nil)
		} else {
			to = append(to, e)
		}
	}
	return to, len(list)
}

// eachStruct appends a pointer to each struct of a list of structs.
func eachStruct[E any](to []any, list []E) ([]any, int) {
	if list == nil {
		return to, isNull
	}
	for i := range list {
		to = append(to, &list[i])
	}
	return to, len(list)
}

// eachAbstract appends the object behind each interface of a list.
func eachAbstract[I any](to []any, list []I) ([]any, int) {
	if list == nil {
		return to, isNull
	}
	for _, e := range list {
		to = append(to, e) // a nil interface becomes a nil any
	}
	return to, len(list)
}
