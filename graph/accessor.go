package graph

import (
	"sen/graph/scalar"
	"sen/internal/content"
)

// An accessor tells how one field of the schema is read from Go, without gqlgen: what
// graph/generate writes into the table accessors. A field that ends in a value has
// either append, where it is a member of the object, or answered, where a relation
// answers it; a field that leads on to objects has likewise members or objects.
type accessor struct {
	append   func(b []byte, at *scalar.Place, obj any) []byte
	answered func(b []byte, at *scalar.Place, answer any) []byte
	members  func(to []any, obj any) ([]any, int)
	objects  func(to []any, answer any) ([]any, int)
}

// isNull is how many objects there are where there is null instead of a list or an object.
const isNull = -1

// into adds the objects that a value leads to: pointers to structs, nil for an element
// that is null. It tells how many, or that there is null instead.
type into[V any] func(to []any, v V) ([]any, int)

// leaf is a field that ends in a member's value. O is a pointer to the object's struct.
func leaf[O, V any](get func(O) V, appended scalar.Append[V]) accessor {
	return accessor{append: func(b []byte, at *scalar.Place, obj any) []byte { return appended(b, at, get(obj.(O))) }}
}

// answeredLeaf is a field that ends in what a relation answers.
func answeredLeaf[V any](appended scalar.Append[V]) accessor {
	return accessor{answered: func(b []byte, at *scalar.Place, answer any) []byte {
		v, ok := answer.(V)
		at.Bad = at.Bad || !ok && answer != nil
		return appended(b, at, v)
	}}
}

// branch is a field that leads on to a member.
func branch[O, V any](get func(O) V, add into[V]) accessor {
	return accessor{members: func(to []any, obj any) ([]any, int) { return add(to, get(obj.(O))) }}
}

// answeredBranch is a field that leads on to what a relation answers.
func answeredBranch[V any](add into[V]) accessor {
	return accessor{objects: func(to []any, answer any) ([]any, int) {
		v, _ := answer.(V)
		return add(to, v)
	}}
}

// single leads to what a pointer does.
func single[P any](to []any, v P) ([]any, int) {
	if content.IsNil(v) {
		return to, isNull
	}
	return append(to, v), 1
}

// abstract leads to the object behind an interface.
func abstract[I any](to []any, v I) ([]any, int) {
	if any(v) == nil {
		return to, isNull
	}
	return append(to, v), 1
}

// eachPointer leads to each object of a list.
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

// eachStruct leads to each object that stands in a list itself.
func eachStruct[E any](to []any, list []E) ([]any, int) {
	if list == nil {
		return to, isNull
	}
	for i := range list {
		to = append(to, &list[i])
	}
	return to, len(list)
}

// eachAbstract leads to the object behind each interface of a list.
func eachAbstract[I any](to []any, list []I) ([]any, int) {
	if list == nil {
		return to, isNull
	}
	for _, e := range list {
		to = append(to, e) // a nil interface becomes a nil any
	}
	return to, len(list)
}
