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

// Key is a hash of everything that an answer depends on but the content: what is asked, and how.
type Key [32]byte

// Answer is what is sent, ready.
type Answer struct {
	// Status is that of HTTP.
	Status int
	// Body is the answer as JSON.
	Body []byte
	// Tags are what it was made from; nil of one that must not be kept.
	Tags []Tag
	// Header are the header fields that go along with it, as they are sent.
	Header http.Header
	// Cost is what the operation cost.
	Cost int

	// since is the moment from which it was made, as the journal counts, and made when that was.
	since uint64
	made  time.Time

	once   sync.Once
	packed []byte
}

// Gzip is the body compressed; it is made once.
func (a *Answer) Gzip() []byte {
	a.once.Do(func() {
		var buf bytes.Buffer
		w, _ := gzip.NewWriterLevel(&buf, 5) // the level is a valid one
		_, _ = w.Write(a.Body)
		_ = w.Close()
		a.packed = bytes.Clone(buf.Bytes())
	})
	return a.packed
}

// MaxAnswer is the largest body in bytes that is kept.
const MaxAnswer = 1 << 20

// Options say how much is kept.
type Options struct {
	// Bytes bounds what is kept; zero keeps nothing.
	Bytes uint64
	// Life is the longest time that an answer is kept from when it began to be made, whatever changes or not: a last net.
	Life time.Duration
	// Journal knows what changes. Whoever notes a change there has it forgotten here, too.
	Journal *Journal
}

// Answers keeps answers within a bound of bytes, and forgets each when something that it was
// made from changes: they are made from much, so that it must not be asked for each. A nil one keeps nothing.
type Answers struct {
	kept    *otter.Cache[Key, *Answer]
	journal *Journal
	flights singleflight.Group
	stats   Stats
	// asked has parts of the keys by which answers were asked for last, each in a place that another part tells.
	asked [1 << 14]atomic.Uint64

	mu sync.Mutex
	// keys are what goes when a tag changes.
	keys map[Tag]map[Key]struct{}
}

// New makes room for answers.
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

// weight is about how many bytes an answer takes: with its compressed form, its tags and what they lead from.
func (a *Answer) weight() uint32 {
	return uint32(2*len(a.Body) + 128*len(a.Tags) + 512)
}

// Get finds an answer.
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

// Keep keeps an answer, which must have come from Fill, under another key too: from the second time on that it is
// asked for by that. Spellings that come once take no room. One that was made from what changed since is not kept, however
// lately it was found.
func (a *Answers) Keep(key Key, answer *Answer) {
	if a == nil || answer.Tags == nil {
		return
	}
	mark := binary.LittleEndian.Uint64(key[8:])
	if a.asked[int(binary.LittleEndian.Uint32(key[:]))%len(a.asked)].Swap(mark) == mark {
		a.put(key, answer)
	}
}

// Fill makes an answer and keeps it, unless something that it was made from changed meanwhile; an answer
// without tags is not kept. Who asks for the same at the same time waits for the same answer, unless
// anything changed in between: nobody is given what is older than the question.
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
		// One that goes away does not take the answer from the others.
		made := answer(context.WithoutCancel(ctx))
		made.since, made.made = since, began
		if made.Tags != nil {
			a.put(key, made)
		}
		return made, nil
	})
	return made.(*Answer)
}

// put keeps an answer.
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

// unlink takes a key from what its tags lead to, unless it was kept anew.
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

// Forget drops every answer that was made from one of some tags. The journal knows of their change already,
// and so refuses those that are being made.
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

// ForgetAll drops everything.
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
