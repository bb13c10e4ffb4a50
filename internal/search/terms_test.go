package search

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

func TestTerms(t *testing.T) {
	texts := []Text{
		{Title, "vi", "Hoà bình 2020"},
		{Name, "vi", "12/QĐ-UBND"},
		{Lead, "en", "Meetings, meetings"},
		{All, "vi", "hòa binh"},
	}
	want := map[Field][]string{
		Whole: {"hoa_binh_2020"}, WholeExact: {"hòa_bình_2020"},
		Title: {"hoa", "binh", "2020"}, Title.Bigrams(): {"hoa_binh", "binh_2020"},
		Title.Exact(): {"hòa", "bình", "hòa_bình", "bình_2020"},
		Name:          {"12", "qd", "ubnd"}, Name.Bigrams(): {"12_qd", "qd_ubnd"},
		Name.Exact(): {"qđ", "12_qđ", "qđ_ubnd"},
		Lead:         {"meetings", "meet"}, Lead.Bigrams(): {"meetings_meetings"},
		All:           {"hoa", "binh", "2020", "12", "qd", "ubnd", "meetings", "meet"},
		All.Bigrams(): {"48r2", "4yx8", "4plq", "2ep8", "3aal"},
		All.Exact():   {"hòa", "bình", "qđ"},
	}
	if d := cmp.Diff(want, Terms(texts)); d != "" {
		t.Error(d)
	}
	for i := range texts {
		texts[i].Value = norm.NFD.String(texts[i].Value)
	}
	if d := cmp.Diff(want, Terms(texts)); d != "" {
		t.Errorf("NFD has other terms: %s", d)
	}
}

func TestLongTitlesHaveAHash(t *testing.T) {
	long := strings.Repeat("hội nghị ", 30)
	one, other := Terms([]Text{{Title, "vi", long + "một"}})[Whole], Terms([]Text{{Title, "vi", long + "hai"}})[Whole]
	if len(one[0]) > maxWhole+17 || one[0] == other[0] || one[0][:maxWhole-4] != other[0][:maxWhole-4] {
		t.Errorf("%q, %q", one, other)
	}
}

func TestAbbreviations(t *testing.T) {
	for _, test := range []struct {
		pair Pair
		want map[string]string // by runs
	}{
		{Pair{"UBND", "Ủy ban nhân dân"}, map[string]string{
			"ubnd": "uy_ban_nhan_dan", "uy_ban_nhan_dan": "ubnd", "uy_ban": "",
		}},
		{Pair{"UBND tỉnh", "Ủy ban nhân dân tỉnh"}, map[string]string{
			"ubnd_tinh": "uy_ban_nhan_dan_tinh", "ubnd": "uy_ban_nhan_dan", "uy_ban_nhan_dan": "ubnd", "tinh": "",
		}},
		{Pair{"Sở KHĐT", "Sở Kế hoạch và Đầu tư"}, map[string]string{
			"khdt": "ke_hoach_va_dau_tu", "ke_hoach_va_dau_tu": "khdt", "so": "",
		}},
		{Pair{"CNNTTB", "Giải thưởng Công nghiệp nông thôn tiêu biểu"}, map[string]string{
			"cnnttb":                          "cong_nghiep_nong_thon_tieu_bieu giai_thuong_cong_nghiep_nong_thon_tieu_bieu",
			"cong_nghiep_nong_thon_tieu_bieu": "cnnttb",
			"giai_thuong_cong_nghiep_nong_thon_tieu_bieu": "cnnttb",
		}},
		{Pair{"Giải CNTT", "Giải thưởng Công nghệ thông tin"}, map[string]string{
			"giai_cntt": "giai_thuong_cong_nghe_thong_tin", "cntt": "",
		}},
		{Pair{"", "Tên"}, map[string]string{"ten": "", "": ""}},
		{Pair{"Tên", "TÊN"}, map[string]string{"ten": ""}},
		{Pair{"X", "Xe"}, map[string]string{"x": "", "xe": ""}},
	} {
		var a Abbreviations
		a.Set("id", []Pair{{"Cũ", "Tên cũ"}})
		a.Set("id", []Pair{test.pair})
		test.want["cu"] = ""
		for run, want := range test.want {
			if got := meaningsOf(&a, run); got != want {
				t.Errorf("%v: %q stands for %q; want %q", test.pair, run, got, want)
			}
		}
		a.Remove("id")
		if len(a.means)+len(a.of) > 0 {
			t.Errorf("%v is not forgotten: %v", test.pair, a.means)
		}
	}
}

// meaningsOf returns what a run of words stands for, folded.
func meaningsOf(a *Abbreviations, run string) string {
	var all []string
	for _, words := range a.meanings(run) {
		folded, _ := join(words)
		all = append(all, folded)
	}
	return strings.Join(all, " ")
}

func TestAbbreviationsOfSeveralEntries(t *testing.T) {
	var a Abbreviations
	for id, name := range map[content.ID]string{"a": "Hội nghị", "b": "Hội nghị", "c": "Hòa nhạc"} {
		a.Set(id, []Pair{{"HN", name}})
	}
	if got := meaningsOf(&a, "hn"); got != "hoi_nghi hoa_nhac" {
		t.Errorf("HN stands for %s", got)
	}
	a.Remove("a")
	a.Remove("unknown")
	if got := meaningsOf(&a, "hoi_nghi"); got != "hn" {
		t.Errorf("Hội nghị stands for %s", got)
	}
}
