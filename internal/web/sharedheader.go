package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sen/internal/cache"
)

// sharedHeader is what is sent with an answer that may be shared. Caches in front may keep it for a while, and find it
// by the tags of what it was made from, when they are told to let go of those. Browsers ask each time: they would take
// stale-while-revalidate for themselves, so it stands in CDN-Cache-Control (RFC 9213), which they don't know.
func sharedHeader(body []byte, mediaType string, tags []cache.Tag, life time.Duration) http.Header {
	sum := sha256.Sum256(body)
	h := http.Header{
		"Content-Type":           {mediaType + "; charset=utf-8"},
		"X-Content-Type-Options": noSniff,
		"Etag":                   {`"` + hex.EncodeToString(sum[:12]) + `"`},
		"Cache-Control":          {"no-cache"},
	}
	if len(tags) == 0 { // of what nobody tells when it changes, caches ask each time
		return h
	}
	if seconds := int(life.Seconds()); seconds > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=0, s-maxage=%d, must-revalidate", seconds))
		h.Set("CDN-Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d", seconds, 6*seconds))
	}
	h.Set("Cache-Tag", cacheTags(tags))
	return h
}

// maxCacheTags bounds the header of tags in bytes: what most CDNs take.
const maxCacheTags = 8 << 10

// cacheTags are short hashes of tags, with commas. Where they are too many, those of kinds stand for their entries.
func cacheTags(tags []cache.Tag) string {
	var short []string
	for _, tag := range tags {
		short = append(short, shortTag(tag))
	}
	if 9*len(short) > maxCacheTags {
		short = nil
		for _, tag := range tags {
			kind, _, _ := strings.Cut(string(tag), "_")
			short = append(short, shortTag(cache.Tag("all "+kind)))
		}
	}
	slices.Sort(short)
	return strings.Join(slices.Compact(short), ",")
}

// shortTag is the hash that a tag goes by outside: eight letters.
func shortTag(tag cache.Tag) string {
	sum := sha256.Sum256([]byte(tag))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
