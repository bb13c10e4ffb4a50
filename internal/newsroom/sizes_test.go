package newsroom_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/picture"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// sizing is a newsroom that makes sizes of pictures, with a clock that the test sets.
type sizing struct {
	*newsroom.Newsroom
	store *storage.Store
	now   time.Time
}

func newSizing(t *testing.T, store *storage.Store, bytes int64) *sizing {
	s := &sizing{store: store, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.now }
	s.Newsroom = newsroom.New(store, newsroom.Options{Log: testkit.Log(t), Now: now, SizeBytes: bytes})
	return s
}

// noise uploads a picture of random noise, of which every size has many bytes.
func (s *sizing) noise(t *testing.T, side int, seed uint32) content.ID {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		seed = seed*1664525 + 1013904223
		if m.Pix[i] = byte(seed >> 24); i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	outcome, err := s.Upload(editor(t.Context()), vietnamese, newsroom.Upload{
		File: bytes.NewReader(buf.Bytes()), Size: int64(buf.Len()), Name: "a.png",
	})
	if err != nil || len(outcome.Problems) > 0 {
		t.Fatal(err, outcome)
	}
	return outcome.ID
}

// show requests a picture in a size. It reports whether the size had to be made.
func (s *sizing) show(t *testing.T, id content.ID, size picture.Size) (made bool) {
	t.Helper()
	sized, err := s.Sized(t.Context(), id, size, content.StageDraft)
	if err != nil {
		t.Fatal(err)
	}
	if sized.File != nil {
		return false
	}
	result, err := s.MakeSize(t.Context(), sized, func(context.Context) (func(), bool) { return func() {}, true })
	if err != nil || len(result.Data) == 0 {
		t.Fatalf("%d bytes, %v", len(result.Data), err)
	}
	return true
}

// kept returns the number of stored sizes of each picture, and their total in bytes.
func (s *sizing) kept(t *testing.T) (of map[content.ID]int, bytes int64) {
	t.Helper()
	of = map[content.ID]int{}
	if err := s.store.Sizes(t.Context(), func(k storage.KeptSize) { of[k.Medium]++; bytes += k.Bytes }); err != nil {
		t.Fatal(err)
	}
	return of, bytes
}

// TestSizeEviction makes more sizes than may be stored. The store never exceeds the limit, sizes in use stay, and
// evicted sizes are made again. A restarted process counts the stored sizes.
func TestSizeEviction(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		const bound = 150_000
		store := testkit.Store(t, e)
		s := newSizing(t, store, bound)
		var all []content.ID
		for i := range 8 {
			all = append(all, s.noise(t, 120, uint32(i)))
		}
		wide, narrow := picture.Size{Width: 96}, picture.Size{Width: 64}
		s.show(t, all[0], wide)
		for i, id := range all {
			for _, size := range []picture.Size{wide, narrow} {
				s.now = s.now.Add(2 * time.Hour)
				if s.show(t, all[0], wide) {
					t.Errorf("a size in use was evicted after picture %d", i)
				}
				s.now = s.now.Add(2 * time.Hour)
				s.show(t, id, size)
				if _, bytes := s.kept(t); bytes > bound {
					t.Errorf("%d bytes are kept, at most %d may be", bytes, bound)
				}
			}
			if i == 4 { // the program restarts
				now := s.now
				s = newSizing(t, store, bound)
				s.now = now
			}
		}
		if !s.show(t, all[1], wide) {
			t.Error("a size that nobody used was not evicted")
		}
		if s.show(t, all[1], wide) {
			t.Error("a size that was made again is not stored")
		}
		// A size larger than a quarter of the limit is shown but not stored.
		large := s.noise(t, 300, 99)
		for range 2 {
			if !s.show(t, large, picture.Size{Width: 256}) {
				t.Error("a size that is too large was kept")
			}
		}
	})
}

// TestSizesOfOnePicture makes more sizes of one picture than may be stored of it.
func TestSizesOfOnePicture(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := newSizing(t, testkit.Store(t, e), 0)
		id := s.noise(t, 100, 1)
		made := 0
		heights := []int{
			4, 6, 8, 11, 16, 17, 24, 25, 36, 40, 43, 48, 54, 60, 64, 72, 85, 96, 120, 128, 192, 256, 384, 512,
			768,
		}
		for _, width := range []int{32, 64, 96} {
			for _, height := range heights {
				for _, format := range []picture.Format{picture.FormatJPEG, picture.FormatPNG} {
					s.now = s.now.Add(time.Minute)
					if s.show(t, id, picture.Size{Width: width, Height: height, Fit: picture.FitCover, Format: format}) {
						made++
					}
				}
				if of, _ := s.kept(t); of[id] > 64 {
					t.Fatalf("%d sizes are kept of one picture", of[id])
				}
			}
		}
		if of, _ := s.kept(t); made <= of[id] {
			t.Errorf("%d sizes were made, and %d are kept", made, of[id])
		}
		if err := s.store.DeleteFiles(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if of, _ := s.kept(t); len(of) > 0 {
			t.Errorf("sizes outlive their picture: %v", of)
		}
	})
}
