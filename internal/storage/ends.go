package storage

import (
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// linkOf identifies a stored link from the entries of one kind, in the copy of a stage, to the entries of another
// kind.
type linkOf struct {
	kind  content.Kind
	stage content.Stage
	field string
	of    content.Kind
}

// linkEnds says which targets of a stored link count. It has two forms, of which the shorter is used: the ids of the
// visible entries, or the ids of the invisible ones.
type linkEnds struct {
	ids []content.ID
	// visible means that the ids are the visible entries. If it is false, all other entries are visible.
	visible bool
}

// condition matches entries whose link at a path has a target that counts. single means that the link has at most one
// target.
func (e *linkEnds) condition(path string, single bool) bson.D {
	switch {
	case e.visible:
		return bson.D{{Key: path, Value: query.OneOf(e.ids)}}
	case len(e.ids) == 0: // in a list of objects some may have a link and some may not
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

// endsOf returns the link ends in the shorter form.
func endsOf(all []content.ID, seen map[content.ID]bool) *linkEnds {
	hidden := slices.DeleteFunc(slices.Clone(all), func(id content.ID) bool { return seen[id] })
	if len(hidden) == 0 || len(hidden) <= len(seen) {
		return &linkEnds{ids: hidden}
	}
	return &linkEnds{ids: slices.Sorted(maps.Keys(seen)), visible: true}
}
