package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Kind describes how the lists of a kind are ordered, filtered and indexed. Fields are the stored fields of a copy.
type Kind struct {
	Kind content.Kind
	// Orders are the sort keys of lists by name. The names in the schema add _ASC and _DESC.
	Orders map[string]SortKey
	// Order is the order of lists without an `orderBy`.
	Order content.Order
	// Ranked are the orders of the lists that belong to the target of a link, by the link. Each gets an index.
	Ranked map[string]string
	// Relations are the links that lists are filtered by; each gets an index.
	Relations []string
	// Single are the links that hold one id.
	Single map[string]bool
	// Together are pairs of relations by which readers filter a list at the same time. Each pair gets an index.
	Together [][2]string
	// Values are other fields that lists are filtered by; each gets an index.
	Values []string
	// Lookups are fields of working copies by which one entry is found; each gets an index.
	Lookups []string
	// Whole means that a document is the copy itself, without an envelope.
	Whole bool
}

// View returns how the kind is read at a stage.
func (k *Kind) View(stage content.Stage) View {
	switch {
	case k.Whole:
		return Committed
	case stage == content.StageDraft:
		return Working
	}
	return Published
}

// ViewByID returns how entries are read by their ids. For the newsroom that includes the trash.
func (k *Kind) ViewByID(stage content.Stage) View {
	v := k.View(stage)
	if v.Editing {
		v = v.WithTrash()
	}
	return v
}

// Ordering resolves the name of an order for a language of the site. An empty name means the kind's default. rekeying
// means that some copies may lack the keys of texts.
func (k *Kind) Ordering(v View, name content.Order, locale content.Locale, rekeying bool) (Ordering, error) {
	switch name {
	case ChosenOrder, RelevanceOrder: // sorted in memory
		return Ordering{SortKey: Number(""), name: string(k.Kind) + "/" + string(name)}, nil
	case "":
		name = k.Order
	}
	base, desc := splitOrder(name)
	key, ok := k.Orders[base]
	if !ok {
		return Ordering{}, content.Errorf(content.CodeBadUserInput, "There is no order %q for this list.", name)
	}
	gaps := key.Absent == Anywhere || key.Absent == InDrafts && v.Editing || key.Localized && rekeying
	o := Ordering{SortKey: key, Path: v.At + key.Field, Desc: desc, gaps: gaps, name: string(k.Kind) + "/" + string(name)}
	if key.Localized {
		o.Path += "." + string(locale)
		o.name += "/" + string(locale)
	}
	o.Steps = strings.Split(o.Path, ".")
	return o, nil
}

// DueFields are the fields with the times at which an entry's state is scheduled to change.
var DueFields = []string{"publishAt", "unpublishAt"}

// Indexes returns the keys of the kind's indexes for a site's languages: one for each order, and one for each link,
// pair of links and value by which lists are filtered. The latter end with the default order, so that a list needs
// neither a scan of all entries nor a sort in memory. All keys of an index have the same direction, so it can be read
// both ways.
func (k *Kind) Indexes(languages content.Languages) (indexes []bson.D) {
	ordered := func(at string, key SortKey, before ...string) {
		if !key.Localized {
			indexes = append(indexes, indexOf(before, at+key.Field))
			return
		}
		for _, l := range languages.Locales {
			indexes = append(indexes, indexOf(before, at+key.Field+"."+string(l)))
		}
	}
	at, base := k.View(content.StagePublished).At, k.base()
	for _, key := range k.Orders {
		ordered(at, key)
	}
	for _, field := range slices.Concat(k.Relations, k.Values) {
		if field != base.Field { // otherwise the order's own index serves
			ordered(at, base, at+field)
		}
	}
	for link, order := range k.Ranked {
		ordered(at, k.Orders[order], at+link)
	}
	for _, pair := range k.Together {
		ordered(at, base, at+pair[0], at+pair[1])
	}
	if k.Whole {
		return indexes
	}
	for _, key := range k.Orders {
		ordered(Draft, key)
	}
	ordered(Draft, base, "state")
	single := []string{Live + "slug", Draft + "slug"}
	for _, field := range k.Lookups {
		single = append(single, Draft+field)
	}
	for _, path := range append(single, DueFields...) {
		indexes = append(indexes, bson.D{{Key: path, Value: 1}})
	}
	return append(indexes, bson.D{{Key: "links", Value: 1}, {Key: "_id", Value: 1}})
}

// indexOf returns the keys of the index for some fixed paths, followed by the order by another one.
func indexOf(fixed []string, order string) bson.D {
	keys := make(bson.D, 0, len(fixed)+2)
	for _, path := range fixed {
		keys = append(keys, bson.E{Key: path, Value: 1})
	}
	return append(keys, bson.E{Key: order, Value: -1}, bson.E{Key: "_id", Value: -1})
}

// base returns the sort key of the kind's default order.
func (k *Kind) base() SortKey {
	name, _ := splitOrder(k.Order)
	return k.Orders[name]
}
