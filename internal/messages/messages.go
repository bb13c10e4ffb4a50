// Package messages has the messages for editors, in English and Vietnamese, and the report that collects the problems
// of a request.
package messages

// Message identifies one message of the catalog.
type Message int

// The messages.
const (
	Required Message = iota
	Invalid
	TooLong
	TooMany
	NotFound
	WrongKind
	Taken
	Cycle
	Placeholder
	Mojibake
	Blank
	Stale
	IllegalMove
	InUse
	OneOf
	Locale
	LocaleTwice
	Slug
	Link
	Level
	Rows
	Range
	Order
	TimeZone
	Moment
	NoDay
	OnlyLanguage
	Past
	Note
	OtherRequest
	NoRevision
	RepairedControl
	RepairedMojibake
	RepairedNFD
	Lost
	Merged
	Duplicate
	OnlyArticles
	Login
	LoginTaken
	PasswordLength
	SamePassword
	WrongPassword
	WrongSignIn
	OwnAccount
	LastAdmin
	NoAccount
	NoToken
	EmptyList
	NotAhead
	FileType
	FilePage
	FileSVG
	FileHEIC
	FileEncoding
	FileBroken
	FilePixels
	FileFrames
	FileSlow
	Forbidden
	OneTimePassword
	Busy
	Unavailable
	NotReached
	PreviewAddress
	SignedAddress
	OwnEmbed
	TooDeep
	SessionNotKept
	Gone
	InTrash
	NothingWithout
	Twice
	NamedTwice
	Itself
	Hidden
	With
)

// catalog has each message in English and in Vietnamese. The format verbs of both take the same values in the same
// order.
var catalog = map[Message][2]string{
	Required:  {"This must be given.", "Bắt buộc phải có."},
	Invalid:   {"This value can't be read here.", "Giá trị này không hợp lệ."},
	TooLong:   {"This has %d characters; at most %d are allowed.", "Nội dung có %d ký tự; tối đa là %d."},
	TooMany:   {"This has %d members; at most %d are allowed.", "Danh sách có %d mục; tối đa là %d."},
	NotFound:  {"There is no such entry: %s.", "Không có mục nào như vậy: %s."},
	WrongKind: {"%s is not an id of the kind %s.", "%s không phải là mã thuộc loại %s."},
	Taken:     {"The slug %q belongs to another entry.", "Đường dẫn %q đã thuộc về một mục khác."},
	Cycle:     {"It would stand below itself.", "Mục này sẽ nằm dưới chính nó."},
	Placeholder: {
		"%q was left by a program, not written by a person. Take it out.",
		"%q do phần mềm để lại, không phải do người viết. Hãy xóa đi.",
	},
	Mojibake: {
		"Some characters of the text are broken. Paste it again from its source.",
		"Một số ký tự bị lỗi mã hóa. Hãy dán lại từ nguồn.",
	},
	Blank: {"It is blank.", "Nội dung để trống."},
	Stale: {
		"Someone changed it meanwhile: it has version %d now, and you started from %d.",
		"Đã có người sửa: hiện là phiên bản %d, bạn bắt đầu từ phiên bản %d.",
	},
	IllegalMove: {"%s is not possible while it is %s.", "Không thể thực hiện %s khi đang ở trạng thái %s."},
	InUse:       {"It is in use: %s. Take it out there first.", "Đang được dùng: %s. Hãy gỡ ở đó trước."},
	OneOf:       {"Give exactly one of %s.", "Cần đúng một trong các mục: %s."},
	Locale:      {"The site is not written in %q.", "Trang không có ngôn ngữ %q."},
	LocaleTwice: {"The language %q is given twice.", "Ngôn ngữ %q được ghi hai lần."},
	Slug: {
		"A slug has small letters a–z, digits and single dashes between them, at most %d.",
		"Đường dẫn chỉ gồm chữ thường a–z, chữ số và dấu gạch nối đơn ở giữa, tối đa %d ký tự.",
	},
	Link:  {"This address can't be linked to: %s.", "Không thể đặt liên kết tới địa chỉ này: %s."},
	Level: {"A heading has the level 2, 3 or 4.", "Tiêu đề phải ở cấp 2, 3 hoặc 4."},
	Rows:  {"Every row needs as many cells as the first one.", "Mọi hàng phải có số ô như hàng đầu tiên."},
	Range: {"It must be from %v to %v.", "Giá trị phải từ %v đến %v."},
	Order: {"The end is before the beginning.", "Thời điểm kết thúc trước thời điểm bắt đầu."},
	TimeZone: {
		"%q is no time zone of the IANA database, such as Asia/Ho_Chi_Minh.",
		"%q không phải là múi giờ theo cơ sở dữ liệu IANA, ví dụ Asia/Ho_Chi_Minh.",
	},
	Moment: {
		"A time must be after 0001-01-01T00:00:00Z and before the year 10000.",
		"Thời điểm phải sau 0001-01-01T00:00:00Z và trước năm 10000.",
	},
	NoDay: {
		"There is no day %s in the zone %s that can be kept.",
		"Không có ngày %s ở múi giờ %s, hoặc ngày này không lưu được.",
	},
	OnlyLanguage: {"%d entries are written only in the languages to be removed (%s). Write them in another language first, or send confirmRemoval: true. Readers still see them in the removed language, because they have no other text.", "Có %d mục chỉ viết bằng ngôn ngữ bị gỡ (%s). Hãy viết chúng bằng ngôn ngữ khác trước, hoặc gửi confirmRemoval: true. Các mục đó vẫn hiển thị bằng ngôn ngữ này vì không có bản nào khác."},
	Past:         {"No time can be set for this.", "Không thể hẹn giờ cho việc này."},
	Note:         {"Say why, in a note.", "Hãy ghi rõ lý do."},
	OtherRequest: {
		"This idempotency key was used for another change. Take a new one.",
		"Khóa idempotency này đã dùng cho một thay đổi khác. Hãy dùng khóa mới.",
	},
	NoRevision: {
		"There is no revision %d of it, or its content is gone.",
		"Không có bản ghi %d, hoặc nội dung không còn.",
	},
	RepairedControl: {"Invisible control signs were taken out.", "Đã xóa các ký tự điều khiển ẩn."},
	RepairedMojibake: {
		"Broken characters were repaired: please read the text again.",
		"Đã sửa ký tự lỗi mã hóa: xin đọc lại.",
	},
	RepairedNFD: {
		"Decomposed letters were put together (Unicode NFC).",
		"Đã chuẩn hóa chữ về dạng dựng sẵn (Unicode NFC).",
	},
	Lost: {"Left out: %s (%d times).", "Đã bỏ: %s (%d lần)."},
	Merged: {
		"Your change was joined with that of a colleague (version %d).",
		"Thay đổi của bạn đã được gộp với thay đổi của đồng nghiệp (phiên bản %d).",
	},
	Duplicate: {
		"The same file is there already; no second one was kept.",
		"Tệp này đã có; không lưu thêm bản thứ hai.",
	},
	OnlyArticles: {"Only articles are corrected.", "Chỉ bài viết mới có đính chính."},
	Login: {
		"A login has 2 to %d letters, digits and . _ + - @, without blanks.",
		"Tên đăng nhập gồm 2 đến %d chữ cái, chữ số và . _ + - @, không có dấu cách.",
	},
	LoginTaken:     {"Another account has this login.", "Tên đăng nhập này đã thuộc về tài khoản khác."},
	PasswordLength: {"A password has %d to %d characters.", "Mật khẩu gồm %d đến %d ký tự."},
	SamePassword:   {"The new password is the old one.", "Mật khẩu mới trùng với mật khẩu cũ."},
	WrongPassword:  {"This is not your password.", "Mật khẩu không đúng."},
	WrongSignIn:    {"The login or the password is wrong.", "Tên đăng nhập hoặc mật khẩu không đúng."},
	OwnAccount:     {"This can't be done to your own account.", "Không thể làm việc này với tài khoản của chính bạn."},
	LastAdmin: {
		"This is the last administrator who can sign in. Make another one first.",
		"Đây là quản trị viên cuối cùng còn đăng nhập được. Hãy tạo thêm một người trước.",
	},
	NoAccount: {"There is no such account: %s.", "Không có tài khoản nào như vậy: %s."},
	NoToken:   {"There is no such token: %s.", "Không có token nào như vậy: %s."},
	EmptyList: {
		"An empty list would allow nothing. Leave it out to allow all that the role may do.",
		"Danh sách trống sẽ không cho phép gì. Hãy bỏ trường này để cho phép mọi việc của vai trò.",
	},
	NotAhead: {"The time must be in the future.", "Thời điểm phải ở tương lai."},
	FileType: {"Files of this type are not taken in (%s): send pictures, recordings, PDF, text, CSV or office documents without macros.", "Không nhận tệp loại này (%s): hãy gửi ảnh, âm thanh, video, PDF, văn bản, CSV hoặc tài liệu văn phòng không có macro."},
	FilePage: {
		"It is a web page or XML (%s), which could run programs in a reader's browser.",
		"Đây là trang web hoặc XML (%s), có thể chạy chương trình trong trình duyệt của bạn đọc.",
	},
	FileSVG: {
		"%s can hold programs and is not taken in. Save the drawing as PNG.",
		"%s có thể chứa chương trình nên không được nhận. Hãy lưu hình thành PNG.",
	},
	FileHEIC: {
		"Not every browser shows %s. Save the picture as JPEG.",
		"Không phải trình duyệt nào cũng hiển thị được %s. Hãy lưu ảnh thành JPEG.",
	},
	FileEncoding: {"It is %s. Save it as UTF-8.", "Tệp không hợp lệ (%s). Hãy lưu lại dạng UTF-8."},
	FileBroken: {
		"The file is damaged, or not of the type that it begins as: %s.",
		"Tệp bị hỏng hoặc không đúng loại: %s.",
	},
	FilePixels: {
		"The picture is too large (%s); at most 50 megapixels in 64 MB are allowed.",
		"Ảnh quá lớn (%s); tối đa 50 megapixel và 64 MB.",
	},
	FileFrames: {"The picture moves for too long (%s).", "Ảnh động quá dài (%s)."},
	FileSlow:   {"The picture takes too long to decode (%s). Save it again in a plain form, such as a JPEG that is not progressive.", "Ảnh mất quá nhiều thời gian để giải mã (%s). Hãy lưu lại ở dạng thông thường, chẳng hạn JPEG không dùng chế độ progressive."},
	Forbidden: {
		"Your role does not allow this (%s). Ask an administrator for it.",
		"Vai trò của bạn không cho phép việc này (%s). Hãy liên hệ quản trị viên.",
	},
	OneTimePassword: {
		"Change your one-time password first: changePassword.",
		"Trước hết hãy đổi mật khẩu dùng một lần: changePassword.",
	},
	Busy: {
		"The entry is being changed by others all the time. Try again.",
		"Mục này đang liên tục bị người khác sửa. Hãy thử lại.",
	},
	Unavailable: {"The store did not answer. Try again.", "Kho dữ liệu không trả lời. Hãy thử lại."},
	PreviewAddress: {
		"This address shows a draft to whoever has it. Link to the entry's own page instead.",
		"Địa chỉ này cho bất kỳ ai xem bản nháp. Hãy liên kết tới trang của chính mục đó.",
	},
	SignedAddress: {
		"The signature was taken out of the address of a file: it works once the file is published.",
		"Đã bỏ chữ ký khỏi địa chỉ tệp: liên kết hoạt động khi tệp được đăng.",
	},
	OwnEmbed: {
		"A file of this site is offered for download, not embedded.",
		"Tệp của chính trang này được đưa thành mục tải về, không nhúng.",
	},
	TooDeep: {"Lists nest %d deep here; at most %d are allowed.", "Danh sách lồng %d cấp; tối đa là %d."},
	NotReached: {
		"The time was over before this one was reached: nothing of it was written. Send it again.",
		"Hết thời gian trước khi xử lý đến mục này: chưa ghi gì. Hãy gửi lại.",
	},
	SessionNotKept: {
		"The browser sends no session cookie from this page, which is of another site than the API (the scheme counts too). Send `token` as Authorization: Bearer …, open the page on the API's site, or set --cookie-same-site none. See docs/sign-in.md.",
		"Trình duyệt không gửi cookie phiên từ trang này, vì trang thuộc một site khác với API (tính cả http hay https). Hãy gửi `token` trong Authorization: Bearer …, mở trang trên site của API, hoặc đặt --cookie-same-site none. Xem docs/sign-in.md.",
	},
	Gone: {
		"It linked to %s, which was deleted permanently; the link was removed.",
		"Mục này dẫn tới %s đã bị xóa vĩnh viễn; liên kết đã được gỡ.",
	},
	InTrash: {"It links to %s, which is in the trash.", "Mục này dẫn tới %s đang ở trong thùng rác."},
	NothingWithout: {
		"It can't be restored: an entry that it needs was deleted permanently.",
		"Bản ghi này không còn nghĩa khi mục mà nó dẫn tới đã bị xóa vĩnh viễn.",
	},
	Twice: {"%s was listed twice; it is kept once.", "%s được ghi hai lần; chỉ giữ một lần."},
	NamedTwice: {
		"%s is already in the list, with other values. Keep one of the two.",
		"%s đã có trong danh sách với nội dung khác. Hãy giữ một trong hai.",
	},
	Itself: {"An entry is not linked to itself: %s was taken out.", "Một mục không dẫn tới chính nó: đã gỡ %s."},
	Hidden: {
		"It links to what readers don't see: %s. Publish that, too: `with` does it in the same step.",
		"Mục này dẫn tới nội dung bạn đọc chưa thấy: %s. Hãy đăng cả những mục đó, có thể cùng lúc bằng `with`.",
	},
	With: {
		"Other entries are published with publish, approve and correct only.",
		"Chỉ có thể đăng kèm mục khác khi đăng, duyệt hoặc đính chính.",
	},
}

// vietnameseWords has the Vietnamese names of the actions and the states of the workflow.
var vietnameseWords = map[string]string{
	"CREATE": "tạo", "UPDATE": "sửa", "SUBMIT": "gửi duyệt", "APPROVE": "duyệt", "REJECT": "trả lại", "PUBLISH": "đăng",
	"UNPUBLISH": "gỡ xuống",
	"CORRECT":   "đính chính", "ARCHIVE": "lưu trữ", "TRASH": "bỏ vào thùng rác", "RESTORE": "khôi phục",
	"RESTORE_REVISION": "khôi phục bản ghi", "DELETE_FOREVER": "xóa vĩnh viễn", "READ": "đọc bản nháp",
	"PREVIEW":  "cho xem trước",
	"SETTINGS": "sửa cài đặt", "ACCOUNTS": "quản lý người dùng", "AUDIT_LOG": "xem nhật ký",
	"DRAFT": "bản nháp", "IN_REVIEW": "chờ duyệt", "SCHEDULED": "hẹn giờ đăng", "PUBLISHED": "đã đăng",
	"CHANGED":  "đã đăng, có bản sửa",
	"ARCHIVED": "đã lưu trữ", "TRASHED": "trong thùng rác",
}
