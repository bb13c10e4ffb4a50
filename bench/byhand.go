package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// The hand-written handler is the second baseline: what a careful developer would write for exactly these operations,
// with net/http, the driver and encoding/json, without GraphQL. It reads the documents that Sen stores, level by
// level: independent reads run concurrently, joins use `$in`, and projections fill structs of its own. It has no
// cache.

// byHand serves each operation at a path of its own.
type byHand struct {
	db   *mongo.Database
	zone *time.Location
}

// serveByHand runs the hand-written handler.
func serveByHand(ctx context.Context, uri string) error {
	h, err := newByHand(uri)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	h.routes(mux)
	return errors.Join(serve(ctx, mux), h.db.Client().Disconnect(context.WithoutCancel(ctx)))
}

// newByHand connects to MongoDB with the same options as Sen.
func newByHand(uri string) (*byHand, error) {
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(10 * time.Second).SetMaxConnecting(8))
	if err != nil {
		return nil, err
	}
	database, _, _ := strings.Cut(uri[strings.LastIndexByte(uri, '/')+1:], "?")
	return &byHand{client.Database(database), zone}, nil
}

func (h *byHand) routes(mux *http.ServeMux) {
	for path, answer := range map[string]func(context.Context, *http.Request) (any, error){
		"GET /articles/{slug}": func(ctx context.Context, r *http.Request) (any,
			error,
		) {
			return h.article(ctx, r.PathValue("slug"))
		},
		"GET /latest":   func(ctx context.Context, _ *http.Request) (any, error) { return h.latest(ctx) },
		"GET /articles": h.articles,
		"GET /awards":   h.awardsOfYear,
		"GET /front":    func(ctx context.Context, _ *http.Request) (any, error) { return h.front(ctx) },

		"POST /articles":              h.create,
		"POST /articles/{id}":         h.update,
		"POST /articles/{id}/publish": h.publish,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			data, err := answer(r.Context(), r)
			var body bytes.Buffer
			if err == nil {
				e := json.NewEncoder(&body)
				e.SetEscapeHTML(false)
				err = e.Encode(map[string]any{"data": data})
			}
			if err != nil {
				_, _ = fmt.Fprintln(os.Stderr, "by hand:", err)
				http.Error(w, "that did not work", http.StatusInternalServerError)
				return
			}
			deliver(w, body.Bytes())
		})
	}
}

// stored is a document of an entry, with the fields of the live copy that were read.
type stored[T any] struct {
	ID   string `bson:"_id"`
	Live T      `bson:"live"`
}

// text is a text in the languages of the site.
type text struct{ VI, EN, Und string }

// String returns the text for readers without a preferred language.
func (t text) String() string {
	switch {
	case t.VI != "":
		return t.VI
	case t.EN != "":
		return t.EN
	}
	return t.Und
}

// fields returns a projection of fields of the live copy.
func fields(names ...string) bson.D {
	p := bson.D{}
	for _, name := range names {
		p = append(p, bson.E{Key: "live." + name, Value: 1})
	}
	return p
}

// liveEquals returns a condition on a field of the live copy.
func liveEquals(field string, value any) bson.E { return bson.E{Key: "live." + field, Value: value} }

// atLeast and atMost bound a value. A lower bound also excludes entries that readers do not see.
func atLeast(value any) bson.D { return bson.D{{Key: "$gte", Value: value}} }
func atMost(value any) bson.D  { return bson.D{{Key: "$lte", Value: value}} }

// orderBy returns an order by a field and the id, both ascending (1) or descending (-1).
func orderBy(field string, direction int) bson.D {
	return bson.D{{Key: "live." + field, Value: direction}, {Key: "_id", Value: direction}}
}

// anyPublished matches every published entry.
var anyPublished = liveEquals("publishedAt", atLeast(time.Unix(0, 0)))

// find reads a page of a collection.
func find[T any](
	ctx context.Context, h *byHand, collection string, filter, sort bson.D, limit int, read bson.D,
) (found []stored[T], err error) {
	cursor, err := h.db.Collection(collection).Find(ctx, filter,
		options.Find().SetSort(sort).SetLimit(int64(limit)).SetBatchSize(int32(limit+1)).SetProjection(read))
	if err != nil {
		return nil, err
	}
	return found, cursor.All(ctx, &found)
}

// join reads the entries with the given ids that were not read before, each once.
func join[T any](
	ctx context.Context, h *byHand, collection string, ids []string, read bson.D, into map[string]*T,
) error {
	wanted := map[string]bool{}
	var missing []string
	for _, id := range ids {
		if id != "" && into[id] == nil && !wanted[id] {
			wanted[id] = true
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	cursor, err := h.db.Collection(collection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: missing}}}},
		options.Find().SetBatchSize(int32(len(missing)+1)).SetProjection(read))
	if err != nil {
		return err
	}
	var found []stored[T]
	if err := cursor.All(ctx, &found); err != nil {
		return err
	}
	for i := range found {
		into[found[i].ID] = &found[i].Live
	}
	return nil
}

// pick returns the entries with the given ids, in the order of the ids, in the form of the answer. It skips missing
// entries.
func pick[T, S any](ids []string, in map[string]*T, show func(*T) S) []S {
	shown := make([]S, 0, len(ids))
	for _, id := range ids {
		if found := in[id]; found != nil {
			shown = append(shown, show(found))
		}
	}
	return shown
}

// one returns an entry in the form of the answer, or null if it is missing.
func one[T, S any](id string, in map[string]*T, show func(*T) S) *S {
	if found := in[id]; found != nil {
		shown := show(found)
		return &shown
	}
	return nil
}

// collect returns the ids that of gives for each entry.
func collect[T any](from []stored[T], of func(*T) []string) (all []string) {
	for i := range from {
		all = append(all, of(&from[i].Live)...)
	}
	return all
}
