package graph

import (
	"context"
	"encoding/base64"
	"strconv"

	"sen/graph/scalar"
	"sen/internal/content"
)

// What a cache key says of a copy, in front of the language and the entry's id. A revision's is followed by its version.
const (
	keyPublished = 'p'
	keyDraft     = 'd'
	keyRevision  = 'r'
)

// AppendCacheKey appends the name that a copy of an entry has in clients' caches. It is made from what the copy is, and
// not from how it was reached, so that it is the same on every path; nothing of a draft shows in that of the published copy.
func AppendCacheKey(b []byte, at *scalar.Place, e content.Content) []byte {
	var room [128]byte // an id and a language are shorter
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

// cacheKey is the same for gqlgen's executor.
func cacheKey(ctx context.Context, e content.Content) any {
	at := scalar.PlaceOf(ctx)
	quoted := AppendCacheKey(nil, &at, e)
	return content.ID(quoted[1 : len(quoted)-1])
}
