package picture_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sen/internal/picture"
)

// scene is a red picture with a blue left upper quarter.
func scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{200, 16, 16, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{16, 16, 200, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// place is the position that a camera writes into a picture.
const place = "GPS-10.4938N-105.6882E"

// exif returns the EXIF of a camera: an orientation, and the place.
func exif(orientation uint16) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	b = append(b, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(orientation>>8), byte(orientation), 0, 0)
	b = append(b, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0)
	return append(b, place...)
}

// app returns a segment of a JPEG.
func app(marker byte, body []byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// withSegments inserts segments after the start marker of a JPEG.
func withSegments(data []byte, segments ...[]byte) []byte {
	return append(append(bytes.Clone(data[:2]), bytes.Join(segments, nil)...), data[2:]...)
}

// chunk returns a chunk of a PNG.
func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// jpegProfile is the body of a segment with a colour profile.
var jpegProfile = "ICC_PROFILE\x00\x01\x01" + string(profile(200))

// tinyWebP is a WebP of one pixel.
var tinyWebP, _ = base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")

// webpWith returns the tiny WebP in the extended format, with chunks after its pixels.
func webpWith(chunks ...[]byte) []byte {
	b := append([]byte("VP8X\x0a\x00\x00\x00\x0c\x00\x00\x00"), 0, 0, 0, 0, 0, 0)
	b = append(append(b, tinyWebP[12:]...), bytes.Join(chunks, nil)...)
	return append(append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(b)+4))...),
		append([]byte("WEBP"), b...)...)
}

func riff(name string, body []byte) []byte {
	b := append(append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...), body...)
	return append(b, make([]byte, len(body)%2)...)
}

// clean cleans a picture and returns the bytes of all its parts.
func clean(t *testing.T, data []byte, as picture.Type) ([]byte, picture.Type, error) {
	t.Helper()
	kept, as, err := picture.Clean(t.Context(), data, as)
	return kept.Bytes(), as, err
}

// TestNotInMemory cleans a picture of 30 MB, the size of a phone's picture with a video inside. Neither the upload
// nor the cleaned picture may be loaded into the program's memory.
func TestNotInMemory(t *testing.T) {
	small := jpegOf(t, scene(40, 30))
	tables := bytes.Repeat(app(0xdb, make([]byte, 0xffff-2)), 30<<20>>16) // no decoder uses them, and Clean keeps them
	large := slices.Concat(small[:2], tables, small[2:])
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	came, err := picture.Spool(bytes.NewReader(large))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = came.Close() }()
	kept, _, err := picture.Clean(t.Context(), came.Bytes, picture.JPEG)
	if err != nil {
		t.Fatal(err)
	}
	cleaned, err := picture.Spool(kept.Reader())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cleaned.Close() }()
	runtime.ReadMemStats(&after)
	if !bytes.Equal(cleaned.Bytes, large) {
		t.Errorf("of %d bytes %d were kept", len(large), len(cleaned.Bytes))
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("cleaning %d bytes took %d of memory", len(large), took)
	}
}

// TestClean checks that Clean removes the place from a picture and keeps its pixels.
func TestClean(t *testing.T) {
	photo, drawing := jpegOf(t, scene(64, 48)), pngOf(t, scene(64, 48))
	var moving bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	comment := append([]byte{0x21, 0xfe, byte(len(place))}, place+"\x00"...)
	note := append([]byte("Exif\x00\x00"), exif(1)...)
	afterHeader := 8 + 25
	for name, c := range map[string]struct {
		data   []byte
		as     picture.Type
		want   []byte // the whole expected picture; nil is not compared
		inside string // must be in the cleaned picture
	}{
		"a photograph": {
			append(withSegments(photo, app(0xe1, note), app(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+place)),
				app(0xe2, []byte(jpegProfile)),
				app(0xe2, []byte("MPF\x00"+place)), app(0xed, []byte("Photoshop 3.0\x00"+place)), app(0xfe, []byte(place))),
				"behind the end "+place...),
			picture.JPEG, withSegments(photo, app(0xe2, []byte(jpegProfile))), "acsp",
		},
		"a drawing": {
			append(bytes.Join([][]byte{
				drawing[:afterHeader], chunk("tEXt", []byte("Comment\x00"+place)), chunk("iTXt", []byte(place)),
				chunk("eXIf", exif(1)),
				chunk("tIME", make([]byte, 7)), chunk("prVt", []byte(place)), drawing[afterHeader:],
			}, nil), "<script>"+place...),
			picture.PNG, drawing, "IHDR",
		},
		"an animated GIF": {
			append(append(append(bytes.Clone(moving.Bytes()[:13]), comment...), moving.Bytes()[13:]...), place...),
			picture.GIF, moving.Bytes(), "NETSCAPE2.0",
		},
		"a WebP": {
			append(webpWith(riff("EXIF", exif(1)), riff("XMP ", []byte(place)), riff("what", []byte(place))), place...),
			picture.WebP, nil, "VP8L",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(c.data, []byte(place)) {
				t.Fatal("the place is not in the picture of the test")
			}
			kept, as, err := clean(t, c.data, c.as)
			if err != nil || as.MimeType != c.as.MimeType {
				t.Fatal(as.MimeType, err)
			}
			if bytes.Contains(kept, []byte(place)) || bytes.Contains(kept, []byte("script")) {
				t.Error("the place is still in the picture")
			}
			if !bytes.Contains(kept, []byte(c.inside)) || c.want != nil && !bytes.Equal(kept, c.want) {
				t.Errorf("%d bytes are left of %d, want %d", len(kept), len(c.data), len(c.want))
			}
			p, err := picture.Open(t.Context(), kept)
			if err != nil {
				t.Fatal(err)
			}
			p.Close()
			for cut := range len(kept) { // no panic, wherever the file is cut
				_, _, _ = clean(t, kept[:cut], c.as)
			}
		})
	}
}

// TestUpright cleans pictures with each EXIF orientation.
func TestUpright(t *testing.T) {
	blue := map[uint16][2]int{ // the corner with the blue quarter: 1 is right, 1 is down
		1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1},
	}
	for orientation, corner := range blue {
		note := append([]byte("Exif\x00\x00"), exif(orientation)...)
		data := withSegments(jpegOf(t, scene(64, 32)), app(0xe1, note), app(0xe2, []byte(jpegProfile)))
		kept, _, err := clean(t, data, picture.JPEG)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(kept, []byte(place)) || !bytes.Contains(kept, []byte(jpegProfile)) {
			t.Errorf("%d: the place stays, or the profile does not", orientation)
		}
		m, err := jpeg.Decode(bytes.NewReader(kept))
		if err != nil {
			t.Fatal(err)
		}
		w, h := 64, 32
		if orientation >= 5 {
			w, h = h, w
		}
		if m.Bounds().Dx() != w || m.Bounds().Dy() != h {
			t.Fatalf("%d: %v", orientation, m.Bounds())
		}
		r, _, b, _ := m.At(w/4+corner[0]*w/2, h/4+corner[1]*h/2).RGBA()
		if b < r {
			t.Errorf("%d: the blue quarter is not at %v", orientation, corner)
		}
	}
}

// TestHostile checks that pictures made to do harm are refused before they are decoded.
func TestHostile(t *testing.T) {
	bomb := pngOf(t, scene(1, 1))
	binary.BigEndian.PutUint32(bomb[16:], 50_000)
	binary.BigEndian.PutUint32(bomb[20:], 50_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	photo := jpegOf(t, scene(8, 8))
	scan := bytes.Index(photo, []byte{0xff, 0xda})
	scans := append(bytes.Clone(photo[:scan]), bytes.Repeat(photo[scan:len(photo)-2], 100)...)
	scans = append(scans, 0xff, 0xd9)
	animation := append([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"),
		bytes.Repeat([]byte(",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"), picture.MaxFrames+1)...)
	// 41 frames of 8000 × 8000 pixels.
	large := append([]byte("GIF89a\x40\x1f\x40\x1f\x00\x00\x00"),
		bytes.Repeat([]byte(",\x00\x00\x00\x00\x40\x1f\x40\x1f\x00\x02\x02D\x01\x00"), 41)...)
	for name, c := range map[string]struct {
		data   []byte
		as     picture.Type
		reason picture.Reason
	}{
		"a decompression bomb":  {bomb, picture.PNG, picture.ReasonPixels},
		"a JPEG of 100 scans":   {scans, picture.JPEG, picture.ReasonBroken},
		"too many frames":       {append(animation, ';'), picture.GIF, picture.ReasonFrames},
		"a GIF of large frames": {append(large, ';'), picture.GIF, picture.ReasonFrames},
		"no pixels at all":      {[]byte("\x89PNG\r\n\x1a\n"), picture.PNG, picture.ReasonBroken},
		"a cut photograph":      {photo[:len(photo)/2], picture.JPEG, picture.ReasonBroken},
	} {
		kept, _, err := clean(t, c.data, c.as)
		if err == nil {
			_, err = picture.Open(t.Context(), kept)
		}
		var refusal *picture.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// archive returns a ZIP archive with some files; each file is a name and its content.
func archive(t *testing.T, files ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for file := range slices.Chunk(files, 2) {
		f, err := w.Create(file[0])
		if err == nil {
			_, err = f.Write([]byte(file[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// TestSniff checks that the type is detected from the bytes, and that files which could run code in a browser are
// refused.
func TestSniff(t *testing.T) {
	word := `<Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>`
	for name, c := range map[string]struct {
		data, mimeType string
		reason         picture.Reason // expected when mimeType is empty
	}{
		"a.jpg":        {data: string(jpegOf(t, scene(2, 2))), mimeType: "image/jpeg"},
		"believed.exe": {data: string(pngOf(t, scene(2, 2))), mimeType: "image/png"},
		"a.webp":       {data: string(tinyWebP), mimeType: "image/webp"},
		"a.pdf":        {data: "%PDF-1.7\n<script>", mimeType: "application/pdf"},
		"a.txt":        {data: "Đi chợ " + strings.Repeat("Đồng Tháp ", 10_000), mimeType: "text/plain; charset=utf-8"},
		"a.CSV":        {data: "\xef\xbb\xbftên,số\nsen,1\n", mimeType: "text/csv; charset=utf-8"},
		"text.html":    {data: "no page", mimeType: "text/plain; charset=utf-8"},
		"a.mp4":        {data: "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42....", mimeType: "video/mp4"},
		"a.m4a":        {data: "\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isommp42....", mimeType: "audio/mp4"},
		"a.webm":       {data: "\x1a\x45\xdf\xa3\x42\x82\x84webm", mimeType: "video/webm"},
		"a.mp3":        {data: "ID3\x03\x00", mimeType: "audio/mpeg"},
		"bare.mp3":     {data: "\xff\xfb\x90\x00\x00\x00", mimeType: "audio/mpeg"},
		"a.ogg":        {data: "OggS\x00\x02", mimeType: "audio/ogg"},
		"a.wav":        {data: "RIFF\x00\x00\x00\x00WAVE", mimeType: "audio/wav"},
		"a.docx": {
			data:     archive(t, "[Content_Types].xml", word),
			mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		},
		"a.odt": {
			data:     archive(t, "mimetype", "application/vnd.oasis.opendocument.text"),
			mimeType: "application/vnd.oasis.opendocument.text",
		},
		"strict.docx": {
			data:     archive(t, "[Content_Types].xml", `<?xml version="1.0"?><Types>`+word+`</Types>`),
			mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		},
		"both.docx": {
			data: archive(t, "[Content_Types].xml",
				`<Types>`+word+`<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`),
			reason: picture.ReasonType,
		},
		"hidden.docx": {
			data: archive(t, "[Content_Types].xml",
				`<Types>`+word+`<Default Extension="bin" ContentType="application/vnd.ms-office.vba&#80;roject"/></Types>`),
			reason: picture.ReasonType,
		},
		"file.docx": {
			data:   archive(t, "[Content_Types].xml", word, "word/vbaProject.bin", "x"),
			reason: picture.ReasonType,
		},
		"twice.docx": {data: archive(t, "[Content_Types].xml", word, "[content_types].XML",
			`<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`), reason: picture.ReasonBroken},
		"two.docx": {
			data: archive(t, "[Content_Types].xml",
				`<Types>`+word+strings.ReplaceAll(word, "wordprocessingml.document", "spreadsheetml.sheet")+`</Types>`),
			reason: picture.ReasonBroken,
		},
		"basic.odt": {data: archive(t, "mimetype", "application/vnd.oasis.opendocument.text", "Basic/Standard/Module1.xml",
			"x"), reason: picture.ReasonType},
		"long.docx": {
			data:   archive(t, "[Content_Types].xml", word+strings.Repeat(" ", 2<<20)),
			reason: picture.ReasonBroken,
		},
		"late.html":  {data: strings.Repeat(" ", 600) + "<html><script>alert(1)</script>", reason: picture.ReasonPage},
		"noted.html": {data: "<!-- " + strings.Repeat("x", 600) + " --><HTML lang=vi>", reason: picture.ReasonPage},
		"words.txt":  {data: strings.Repeat("lời nói ", 100) + "<ScRiPt>alert(1)</script>", reason: picture.ReasonPage},
		"late.svg":   {data: strings.Repeat("\n", 600) + "<svg onload=alert(1)>", reason: picture.ReasonSVG},
		"named.svg":  {data: strings.Repeat("\n", 600) + "<svg:svg>", reason: picture.ReasonSVG},
		"typed.txt":  {data: strings.Repeat("\n", 600) + "<!DOCTYPE\nhtml>", reason: picture.ReasonPage},
		"xml.txt":    {data: strings.Repeat("\n", 600) + "<?xml version='1.0'?>", reason: picture.ReasonPage},
		"cut.html":   {data: strings.Repeat("a", 32<<10-3) + "<html>", reason: picture.ReasonPage},
		"less.txt": {
			data:     strings.Repeat("1 < 2, a<b, <htmlx>, <bodyguard> ", 100),
			mimeType: "text/plain; charset=utf-8",
		},
		"macros.docm": {data: archive(t, "[Content_Types].xml",
			`<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`), reason: picture.ReasonType},
		"any.zip":     {data: archive(t, "a.txt", "hello"), reason: picture.ReasonType},
		"cut.zip":     {data: "PK\x03\x04", reason: picture.ReasonBroken},
		"page.html":   {data: " \n<!DOCTYPE html><script>alert(1)</script>", reason: picture.ReasonPage},
		"picture.jpg": {data: "<html><script>alert(1)</script>", reason: picture.ReasonPage},
		"mark.html":   {data: "\xef\xbb\xbf<html>", reason: picture.ReasonPage},
		"page.xhtml": {
			data:   `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">`,
			reason: picture.ReasonPage,
		},
		"a.svg":       {data: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, reason: picture.ReasonSVG},
		"b.svg":       {data: `<?xml version="1.0"?><!-- x --><svg>`, reason: picture.ReasonSVG},
		"a.heic":      {data: "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic....", reason: picture.ReasonHEIC},
		"a.avif":      {data: "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1....", reason: picture.ReasonHEIC},
		"a.mov":       {data: "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ....", reason: picture.ReasonType},
		"a.mkv":       {data: "\x1a\x45\xdf\xa3\x42\x82\x88matroska", reason: picture.ReasonType},
		"program.exe": {data: "MZ\x90\x00\x03\x00", reason: picture.ReasonType},
		"utf16.txt":   {data: "\xff\xfeh\x00i\x00", reason: picture.ReasonEncoding},
		"latin.txt":   {data: "caf\xe9 au lait", reason: picture.ReasonEncoding},
		"cut.txt":     {data: strings.Repeat("a", 1000) + "\xe1\xbb", reason: picture.ReasonEncoding},
		"empty":       {data: "", reason: picture.ReasonBroken},
	} {
		as, err := picture.Sniff(strings.NewReader(c.data), int64(len(c.data)), name)
		var refusal *picture.Refusal
		if c.mimeType != "" && (err != nil || as.MimeType != c.mimeType) {
			t.Errorf("%s: %s, %v, want %s", name, as.MimeType, err, c.mimeType)
		}
		if c.mimeType == "" && (!errors.As(err, &refusal) || refusal.Reason != c.reason) {
			t.Errorf("%s: %s, %v, want the reason %d", name, as.MimeType, err, c.reason)
		}
	}
}

// FuzzClean checks that no input makes cleaning or decoding panic.
func FuzzClean(f *testing.F) {
	for i, data := range [][]byte{
		jpegOf(f, scene(9, 9)), pngOf(f, scene(9, 9)),
		[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), webpWith(riff("EXIF", exif(6))),
	} {
		f.Add(data, i)
	}
	types := []picture.Type{picture.JPEG, picture.PNG, picture.GIF, picture.WebP}
	f.Fuzz(func(t *testing.T, data []byte, kind int) {
		kept, _, err := clean(t, data, types[uint(kind)%4])
		if err != nil {
			return
		}
		if size, _, err := image.DecodeConfig(bytes.NewReader(kept)); err != nil || size.Width*size.Height > 1_000_000 {
			return
		}
		p, err := picture.Open(t.Context(), kept)
		if err != nil {
			return
		}
		defer p.Close()
		if _, err := p.Placeholder(t.Context()); err != nil {
			t.Error(err)
		}
		_ = p.Color()
	})
}
