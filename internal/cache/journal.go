package cache

import (
	"sync"
	"sync/atomic"
)

// Journal knows when what changed last. Whatever is kept in memory was made from a moment on,
// and is fresh while nothing that it was made from changed since.
type Journal struct {
	// current tells whether changes are being heard of. While they are not, nothing is fresh.
	current func() bool
	// seq counts the times that something changed.
	seq atomic.Uint64

	mu sync.RWMutex
	// last is when each tag changed last, of those in recent; of all others that was at floor or before.
	last   map[Tag]uint64
	recent []Tag
	next   int
	floor  uint64
}

// remembered is how many tags are known with the time of their last change.
const remembered = 1 << 16

// NewJournal is one in which nothing changed yet.
func NewJournal(current func() bool) *Journal {
	return &Journal{current: current, last: map[Tag]uint64{}, recent: make([]Tag, remembered)}
}

// Now is the moment from which something is made.
func (j *Journal) Now() uint64 { return j.seq.Load() }

// Current tells whether changes are being heard of.
func (j *Journal) Current() bool { return j.current() }

// Change notes that some tags change now.
func (j *Journal) Change(tags ...Tag) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.seq.Add(1)
	for _, tag := range tags {
		if _, known := j.last[tag]; !known {
			if old := j.recent[j.next]; old != "" {
				j.floor = max(j.floor, j.last[old])
				delete(j.last, old)
			}
			j.recent[j.next] = tag
			j.next = (j.next + 1) % len(j.recent)
		}
		j.last[tag] = now
	}
}

// ChangeAll notes that anything may change now.
func (j *Journal) ChangeAll() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.floor = j.seq.Add(1)
}

// Fresh tells whether none of some tags changed since a moment, and every change is being heard of.
func (j *Journal) Fresh(since uint64, tags ...Tag) bool {
	if !j.current() {
		return false
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.floor > since {
		return false
	}
	for _, tag := range tags {
		if j.last[tag] > since {
			return false
		}
	}
	return true
}
