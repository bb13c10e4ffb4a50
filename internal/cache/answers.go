package cache

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
)

// Key is a hash of everything on which an answer depends except the content: the request and its form.
type Key [32]byte

// Answer is a complete response.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Body is the answer as JSON.
	Body []byte
	// Tags name the content from which the answer was made. They are nil if it must not be cached.
	Tags []Tag
	// Header are the header fields of the response.
	Header http.Header
	// Cost is the cost of the operation.
	Cost int

	// since is the journal's position when the making of the answer began. made is the time of that.
	since uint64
	made  time.Time

	once   sync.Once
	packed []byte
}

// Gzip returns the compressed body. It compresses it only once.
func (a *Answer) Gzip() []byte {
	a.once.Do(func() {
		var buf bytes.Buffer
		w, _ := gzip.NewWriterLevel(&buf, 5) // the level is valid
		_, _ = w.Write(a.Body)
		_ = w.Close()
		a.packed = bytes.Clone(buf.Bytes())
	})
	return a.packed
}

// MaxAnswer is the largest body in bytes that is cached.
const MaxAnswer = 1 << 20

// Options configure the cache.
type Options struct {
	// Bytes is the greatest size of the cache in bytes. Zero disables it.
	Bytes uint64
	// Life is the longest time that an answer is cached, counted from when its making began. It limits how long an
	// outdated answer stays if the notice of a change is lost.
	Life time.Duration
	// Journal records what changes. A caller that records a change there must also call Forget.
	Journal *Journal
}

// Answers is a cache of answers with a bound in bytes. It drops an answer when content from which it was made
// changes. An answer has many tags, so it would cost too much to check each of them at every look-up. A nil Answers
// caches nothing.
type Answers struct {
	kept    *otter.Cache[Key, *Answer]
	journal *Journal
	flights singleflight.Group
	stats   Stats
	// asked holds a part of each key that was recently passed to Keep. The position in the array is computed from
	// another part of the key.
	asked [1 << 14]atomic.Uint64

	mu sync.Mutex
	// keys are the keys of the answers that have a tag.
	keys map[Tag]map[Key]struct{}
}

// New returns a cache of answers.
func New(o Options) *Answers {
	if o.Bytes == 0 {
		return nil
	}
	a := &Answers{journal: o.Journal, keys: map[Tag]map[Key]struct{}{}}
	a.kept = otter.Must(&otter.Options[Key, *Answer]{
		MaximumWeight: o.Bytes,
		Weigher:       func(_ Key, answer *Answer) uint32 { return answer.weight() },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[Key, *Answer]) time.Duration {
			return max(o.Life-time.Since(e.Value.made), 1)
		}),
		OnAtomicDeletion: func(e otter.DeletionEvent[Key, *Answer]) {
			if e.WasEvicted() {
				go a.unlink(e.Key, e.Value)
			}
		},
	})
	return a
}

// weight estimates the size of an answer in bytes, with its compressed form, its tags and their map.
func (a *Answer) weight() uint32 {
	return uint32(2*len(a.Body) + 128*len(a.Tags) + 512)
}

// Get returns a cached answer, or nil.
func (a *Answers) Get(key Key) *Answer {
	if a == nil || !a.journal.Current() {
		return nil
	}
	answer, ok := a.kept.GetIfPresent(key)
	if !ok {
		a.stats.Misses.Add(1)
		return nil
	}
	a.stats.Hits.Add(1)
	return answer
}

// Keep caches an answer from Fill under another key too. It does so from the second call with this key on, so that
// spellings of a request that come only once need no memory. It does not cache an answer whose content has changed
// since the answer was made.
func (a *Answers) Keep(key Key, answer *Answer) {
	if a == nil || answer.Tags == nil {
		return
	}
	mark := binary.LittleEndian.Uint64(key[8:])
	if a.asked[int(binary.LittleEndian.Uint32(key[:]))%len(a.asked)].Swap(mark) == mark {
		a.put(key, answer)
	}
}

// Fill makes an answer and caches it, unless the content from which it is made changes meanwhile or it has no tags.
// Concurrent requests for the same answer share it, unless anything changed between them: no request gets an answer
// that is older than the request.
func (a *Answers) Fill(ctx context.Context, key Key, answer func(context.Context) *Answer) *Answer {
	if a == nil || !a.journal.Current() {
		return answer(ctx)
	}
	since, began := a.journal.Now(), time.Now()
	flight := make([]byte, 0, len(key)+8)
	flight = append(flight, key[:]...)
	for shift := 0; shift < 64; shift += 8 {
		flight = append(flight, byte(since>>shift))
	}
	made, _, _ := a.flights.Do(string(flight), func() (any, error) {
		// A request that is cancelled must not cancel the answer of the others.
		made := answer(context.WithoutCancel(ctx))
		made.since, made.made = since, began
		if made.Tags != nil {
			a.put(key, made)
		}
		return made, nil
	})
	return made.(*Answer)
}

// put caches an answer.
func (a *Answers) put(key Key, answer *Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(answer.Body) > MaxAnswer || !a.journal.Fresh(answer.since, answer.Tags...) {
		a.stats.Refused.Add(1)
		return
	}
	for _, tag := range answer.Tags {
		if a.keys[tag] == nil {
			a.keys[tag] = map[Key]struct{}{}
		}
		a.keys[tag][key] = struct{}{}
	}
	a.kept.Set(key, answer)
	a.stats.Fills.Add(1)
}

// unlink removes a key from the map of tags, unless an answer was cached again under the key.
func (a *Answers) unlink(key Key, answer *Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.kept.GetEntryQuietly(key); again {
		return
	}
	a.forgetKey(key, answer)
}

func (a *Answers) forgetKey(key Key, answer *Answer) {
	for _, tag := range answer.Tags {
		if delete(a.keys[tag], key); len(a.keys[tag]) == 0 {
			delete(a.keys, tag)
		}
	}
}

// Forget drops every answer that has one of some tags. The journal must know of the change already, so that answers
// that are being made are not cached.
func (a *Answers) Forget(tags ...Tag) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, tag := range tags {
		for key := range a.keys[tag] {
			if answer, ok := a.kept.Invalidate(key); ok {
				a.forgetKey(key, answer)
				a.stats.Forgotten.Add(1)
			} else {
				delete(a.keys[tag], key)
			}
		}
	}
}

// ForgetAll drops all answers.
func (a *Answers) ForgetAll() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stats.Forgotten.Add(uint64(a.kept.EstimatedSize()))
	a.kept.InvalidateAll()
	a.keys = map[Tag]map[Key]struct{}{}
}

// Stats implements [Kept].
func (a *Answers) Stats() *Stats { return &a.stats }

// Bytes implements [Kept].
func (a *Answers) Bytes() uint64 { return a.kept.WeightedSize() }
