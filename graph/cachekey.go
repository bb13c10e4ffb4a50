package graph

import (
	"context"
	"encoding/base64"
	"strconv"

	"sen/graph/scalar"
	"sen/internal/content"
)

// The first letter of a cache key says which copy of the entry it names. The version follows the letter of a
// revision.
const (
	keyPublished = 'p'
	keyDraft     = 'd'
	keyRevision  = 'r'
)

// AppendCacheKey appends the key under which clients cache a copy of an entry. The key depends on the copy alone and
// not on the query that read it, so it is the same on every path. The key of a published copy shows nothing of the
// draft.
func AppendCacheKey(b []byte, at *scalar.Place, e content.Content) []byte {
	var room [128]byte // larger than an id and a language
	key, base := room[:0], e.Common()
	switch {
	case base.Revision > 0:
		key = strconv.AppendInt(append(key, keyRevision), int64(base.Revision), 10)
	case base.Editing != nil:
		key = append(key, keyDraft)
	default:
		key = append(key, keyPublished)
	}
	key = append(append(key, ' '), at.Locale...)
	key = append(append(key, ' '), base.ID...)
	return append(base64.RawURLEncoding.AppendEncode(append(b, '"'), key), '"')
}

// cacheKey returns the same key for gqlgen's executor.
func cacheKey(ctx context.Context, e content.Content) any {
	at := scalar.PlaceOf(ctx)
	quoted := AppendCacheKey(nil, &at, e)
	return content.ID(quoted[1 : len(quoted)-1])
}
