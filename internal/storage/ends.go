package storage

import (
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// linkOf is a stored link of the entries of a kind, as a stage shows them, to those of another kind.
type linkOf struct {
	kind  content.Kind
	stage content.Stage
	field string
	of    content.Kind
}

// linkEnds tells which ends of a stored link count. There are two forms, and the shorter one is used: the entries that
// can be seen, or those that can't be.
type linkEnds struct {
	ids []content.ID
	// visible tells that the ids can be seen; without it, all others can be.
	visible bool
}

// condition holds for a link at a path that has an end which counts; single tells that it has at most one end.
func (e *linkEnds) condition(path string, single bool) bson.D {
	switch {
	case e.visible:
		return bson.D{{Key: path, Value: query.OneOf(e.ids)}}
	case len(e.ids) == 0: // of a list of objects some may have a link and some none
		return bson.D{{Key: path, Value: bson.D{{Key: "$gt", Value: ""}}}}
	}
	other := bson.D{{Key: "$gt", Value: ""}, {Key: "$nin", Value: e.ids}}
	if single {
		return bson.D{{Key: path, Value: other}}
	}
	list, member := path, other
	if at := strings.LastIndexByte(path, '.'); at > strings.IndexByte(path, '.') { // a list of objects
		list, member = path[:at], bson.D{{Key: path[at+1:], Value: other}}
	}
	return bson.D{{Key: list, Value: bson.D{{Key: "$elemMatch", Value: member}}}}
}

// endsOf chooses the shorter form.
func endsOf(all []content.ID, seen map[content.ID]bool) *linkEnds {
	hidden := slices.DeleteFunc(slices.Clone(all), func(id content.ID) bool { return seen[id] })
	if len(hidden) == 0 || len(hidden) <= len(seen) {
		return &linkEnds{ids: hidden}
	}
	return &linkEnds{ids: slices.Sorted(maps.Keys(seen)), visible: true}
}
