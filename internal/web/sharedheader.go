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

// sharedHeader returns the header of a shared answer. HTTP caches may store the answer for a while. They know it by
// the tags of what it was made from, so that they can be told to drop it. Browsers must ask each time. They would
// apply stale-while-revalidate to themselves, so it is in CDN-Cache-Control (RFC 9213), which browsers ignore.
func sharedHeader(body []byte, mediaType string, tags []cache.Tag, life time.Duration) http.Header {
	sum := sha256.Sum256(body)
	h := http.Header{
		"Content-Type":           {mediaType + "; charset=utf-8"},
		"X-Content-Type-Options": noSniff,
		"Etag":                   {`"` + hex.EncodeToString(sum[:12]) + `"`},
		"Cache-Control":          {"no-cache"},
	}
	if len(tags) == 0 { // no change of such an answer is reported, so caches must ask each time
		return h
	}
	if seconds := int(life.Seconds()); seconds > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=0, s-maxage=%d, must-revalidate", seconds))
		h.Set("CDN-Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d", seconds, 6*seconds))
	}
	h.Set("Cache-Tag", cacheTags(tags))
	return h
}

// maxCacheTags is the largest size of the header with the tags in bytes: most CDNs accept this much.
const maxCacheTags = 8 << 10

// cacheTags returns short hashes of tags, separated by commas. If there are too many, the tags of kinds replace those
// of their entries.
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

// shortTag returns the hash that stands for a tag outside the program: eight letters.
func shortTag(tag cache.Tag) string {
	sum := sha256.Sum256([]byte(tag))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
