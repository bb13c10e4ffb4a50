package picture_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"sen/internal/picture"
)

// TestLadder asks for many random sizes. A picture must have few results, none larger than itself; each result must
// be reachable by a size of its own, and must be as wide as asked if the picture is.
func TestLadder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	any := func(ints ...int) int { return ints[random.IntN(len(ints))] }
	for _, of := range [][2]int{
		{6000, 4000},
		{1200, 800},
		{800, 1200},
		{1, 1},
		{31, 7},
		{4000, 100},
		{100, 4000},
		{2, 40_000},
		{50_000, 3},
		{320, 180},
	} {
		results := map[string]picture.Result{}
		for range 20_000 {
			s := picture.Size{
				Width: random.IntN(4097), Height: any(0, random.IntN(4097)), Fit: picture.FitContain,
				Format: picture.FormatPNG,
			}
			if s.Width == 0 || random.IntN(2) == 0 {
				s.Fit = picture.FitCover
			}
			r := s.ResultFor(of[0], of[1], "image/jpeg")
			if known, ok := results[r.Key()]; ok && known != r {
				t.Fatalf("%v: %+v and %+v have one key", of, known, r)
			}
			results[r.Key()] = r
			if r.Width < 1 || r.Height < 1 || r.Width > of[0] || r.Height > of[1] || r.Width > picture.MaxSide ||
				r.Height > picture.MaxSide {
				t.Fatalf("%v: %+v comes to %+v", of, s, r)
			}
			if s.Height == 0 && r.Width < min(s.Width, of[0]) && r.Height < picture.MaxSide-picture.MaxSide/of[0] {
				t.Fatalf("%v: %+v comes to %+v, which is narrower", of, s, r)
			}
		}
		if most := len(picture.Ladder) * 26; len(results) > most {
			t.Errorf("%v: there are %d results, want at most %d", of, len(results), most)
		}
		for _, r := range results {
			if again := r.Size().ResultFor(of[0], of[1], "image/jpeg"); !r.Cropped && again != r {
				t.Errorf("%v: %+v, asked for, comes to %+v", of, r, again)
			}
		}
	}
	for i, width := range picture.Ladder[2:] {
		if below := picture.Ladder[i+1]; 2*width > 3*below {
			t.Errorf("from %d to %d is too far", below, width)
		}
	}
	if !slices.IsSorted(picture.Ladder) {
		t.Error("the ladder is not sorted")
	}
}

// TestProportions checks that a cropped result has the proportions that were asked for, if they are usual ones, at
// every width.
func TestProportions(t *testing.T) {
	for _, p := range [][2]int{{1, 1}, {4, 3}, {3, 4}, {3, 2}, {16, 9}, {9, 16}, {40, 21}, {2, 1}, {21, 9}} {
		for _, width := range picture.Ladder[3:] {
			size := picture.Size{Width: width, Height: width * p[1] / p[0], Fit: picture.FitCover}
			r := size.ResultFor(10_000, 10_000, "image/jpeg")
			want := float64(p[1]) / float64(p[0])
			if got := float64(r.Height) / float64(r.Width); math.Abs(got-want) > 1/float64(r.Width) {
				t.Errorf("%+v comes to %+v", size, r)
			}
			if again := r.Size().ResultFor(10_000, 10_000, "image/jpeg"); again != r {
				t.Errorf("%+v, asked for, comes to %+v", r, again)
			}
		}
	}
	// 1200 × 630 is the size of the preview card that other sites show of a page.
	if r := (picture.Size{Width: 1200, Height: 630, Fit: picture.FitCover}).ResultFor(4000, 3000,
		"image/png"); r.Width != 1280 || r.Height != 672 {
		t.Errorf("a card of 1200 × 630 comes to %+v", r)
	}
}
