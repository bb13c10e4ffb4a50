package cache

import (
	"sync"
	"sync/atomic"
)

// Journal records when each tag changed last. A cached value stores the journal's position from before it was made.
// It is fresh while none of its tags has changed since that position.
type Journal struct {
	// current reports whether this program is being told of changes. While it is not, nothing is fresh.
	current func() bool
	// seq is the number of changes so far.
	seq atomic.Uint64

	mu sync.RWMutex
	// last is the position of the last change of each tag in recent. All other tags changed last at floor or before.
	last   map[Tag]uint64
	recent []Tag
	next   int
	floor  uint64
}

// remembered is the number of tags whose last change is recorded.
const remembered = 1 << 16

// NewJournal returns a journal without changes.
func NewJournal(current func() bool) *Journal {
	return &Journal{current: current, last: map[Tag]uint64{}, recent: make([]Tag, remembered)}
}

// Now returns the present position. The making of a cached value must call it first.
func (j *Journal) Now() uint64 { return j.seq.Load() }

// Current reports whether this program is being told of changes.
func (j *Journal) Current() bool { return j.current() }

// Change records that some tags change now.
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

// ChangeAll records that any tag may change now.
func (j *Journal) ChangeAll() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.floor = j.seq.Add(1)
}

// Fresh reports whether none of some tags has changed since a position, and this program is being told of changes.
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
