"""What can be wrong with a value, a template, a file or a login, as libraries and checks say it, in Chinese.

Written as in `dashboard.chinese.refusal`. What no Chinese needs, such as where a parser stumbled, is left out.
"""

from typing import Final

VALUES: Final[dict[str, str]] = {
    # By pydantic; `pydantic_core` lists its templates
    "Field required": "必填",
    "Extra inputs are not permitted": "不认识此项",
    "Keys should be strings": "键须为文本",
    "Input should be a valid dictionary": "须为对象",
    "Input should be a valid dictionary or instance of {class_name}": "须为对象",
    "Input should be a valid dictionary or object to extract fields from": "须为对象",
    "Input should be None": "须为空",
    "Input should be greater than {gt}": "须大于 {gt}",
    "Input should be greater than or equal to {ge}": "须不小于 {ge}",
    "Input should be less than {lt}": "须小于 {lt}",
    "Input should be less than or equal to {le}": "须不大于 {le}",
    "Input should be a finite number": "须为有限的数字",
    "{field_type} should have at least {min_length} item{expected_plural} after validation, not {actual_length}": (
        "至少 {min_length} 项，而不是 {actual_length} 项"
    ),
    "{field_type} should have at most {max_length} item{expected_plural} after validation, not {actual_length}": (
        "最多 {max_length} 项，而不是 {actual_length} 项"
    ),
    "Input should be a valid string": "须为文本",
    "Input should be a valid string, unable to parse raw data as a unicode string": "须为有效的 Unicode 文本",
    "String should have at least {min_length} character{expected_plural}": "至少 {min_length} 个字符",
    "String should have at most {max_length} character{expected_plural}": "最多 {max_length} 个字符",
    "String should match pattern '{pattern}'": "格式不对",
    "Input should be {expected}": "须为 {expected}",
    "Input should be a valid list": "须为列表",
    "Input should be a valid tuple": "须为列表",
    "Input should be a valid set": "须为列表",
    "Input should be a valid boolean": "须为“是”或“否”",
    "Input should be a valid boolean, unable to interpret input": "须为“是”或“否”",
    "Input should be a valid integer": "须为整数",
    "Input should be a valid integer, unable to parse string as an integer": "须为整数",
    "Unable to parse input string as an integer, exceeded maximum size": "数字太大",
    "Input should be a valid integer, got a number with a fractional part": "须为整数，不能有小数",
    "Input should be a valid number": "须为数字",
    "Input should be a valid number, unable to parse string as a number": "须为数字",
    "Input should be a valid date": "须为日期，例如 2026-12-24",
    "Input should be a valid date in the format YYYY-MM-DD, {error}": "须为日期，例如 2026-12-24",
    "Input should be a valid date or datetime, {error}": "须为日期，例如 2026-12-24",
    "Datetimes provided to dates should have zero time - e.g. be exact dates": "须为日期，不带时间",
    "Input should be a valid datetime": "须为日期和时间，例如 2026-12-24T09:00:00Z",
    "Input should be a valid datetime, {error}": "须为日期和时间，例如 2026-12-24T09:00:00Z",
    "Input should be a valid datetime or date, {error}": "须为日期和时间，例如 2026-12-24T09:00:00Z",
    "Invalid datetime object, got {error}": "须为日期和时间，例如 2026-12-24T09:00:00Z",
    "Input should have timezone info": "须带时区，例如 2026-12-24T09:00:00Z",
    "Input should be a valid timedelta": "须为时长，例如 PT24H，或秒数",
    "Input should be a valid timedelta, {error}": "须为时长，例如 PT24H，或秒数",
    "UUID input should be a string, bytes or UUID object": "须为 id（UUID）",
    "Input should be a valid UUID, {error}": "须为 id（UUID）",
    # By checks of our own
    "must not be empty": "不能为空",
    "must not contain U+0000 or half of a surrogate pair": "不能含有 U+0000 或半个代理对",
    "must be one line of printable characters": "须为一行可见字符",
    "must be a finite number": "须为有限的数字",
    "a field's name is letters, digits and _, and does not begin with a digit": (
        "字段名由字母、数字和 _ 组成，不以数字开头"
    ),
    "`email` is the contact's address itself, not a field": "`email` 是联系人的地址本身，不是字段",
    "a tag has at least one letter": "标签至少一个字符",
    "a tag has at most {most} letters": "标签最多 {most} 个字符",
    "a tag is printable and without comma or semicolon, which stand between tags": (
        "标签须可见，且不含逗号和分号：它们用来分隔标签"
    ),
    "{address!r} is not an e-mail address: {why}": "“{address}”不是邮箱地址：{why}",
    "is not an e-mail address: {why}": "不是邮箱地址：{why}",
    "{domain!r} is not the domain of an e-mail address: {why}": "“{domain}”不是邮箱地址的域名：{why}",
    "is not the domain of an e-mail address: {why}": "不是邮箱地址的域名：{why}",
}
CONTENT: Final[dict[str, str]] = {
    "line {line}: {why}": "第 {line} 行：{why}",
    "give `html`, `text` or both": "请填写 HTML、纯文本或两者",
    "a mail needs a subject": "邮件须有主题",
    "a mail needs html or text": "邮件须有 HTML 或纯文本",
    "the field {name!r} is missing": "缺少字段“{name}”",
    "the field {name!r}: {why}": "字段“{name}”：{why}",
    "{why}. Give it a value, or the template a default": "{why}。请补上，或在模板中设默认值",
    "it cannot be understood": "无法理解",
    "it cannot be understood: {why}": "无法理解：{why}",
    "it is longer than {most} characters": "超过 {most} 个字符",
    "it gets longer than {most} bytes": "生成后超过 {most} 字节",
    "it is nested too deeply": "嵌套过深",
    "it takes too much time or memory to be tried": "试运行占用的时间或内存过多",
    "it has more than {most} statements and expressions up to here": "到此处已超过 {most} 条语句和表达式",
    "the template takes too many steps; use fewer or shorter loops": "模板步骤过多；请减少或缩短循环",
    "the template takes too long to render": "生成模板耗时过长",
    "a value is longer than {most} characters": "有一个值超过 {most} 个字符",
    "a text gets longer than {most} characters": "有一段文本会超过 {most} 个字符",
    "a number is larger than 10 to the 18th": "有一个数字大于 10 的 18 次方",
    "a list has more than {most} items": "有一个列表超过 {most} 项",
    "a text or a number is needed here, not a {type}": "此处须为文本或数字，而不是 {type}",
    "the operator {operator} cannot be used with {types} in a template": "模板中运算符 {operator} 不能用于 {types}",
    "{what} cannot be used in a mail": "邮件中不能使用{what}",
    "the name {name!r} cannot be used in a mail": "邮件中不能使用名称“{name}”",
    "a recursive loop cannot be used in a mail": "邮件中不能使用递归循环",
    "* and ** in a call cannot be used in a mail": "邮件中调用时不能使用 * 和 **",
}
FILES: Final[dict[str, str]] = {
    "The upload is larger than {most} bytes: send it in parts.": "文件超过 {most} 字节：请拆分后分别导入。",
    "Send the file as multipart/form-data, in a part named {name!r}.": (
        "请以 multipart/form-data 发送文件，部分名为“{name}”。"
    ),
    "The body has no whole part named {name!r}: send the CSV file as that part.": (
        "没有完整的“{name}”部分：请把 CSV 文件作为该部分发送。"
    ),
    "The multipart body cannot be read: {why}": "无法读取上传的内容：{why}",
    "the header of a part is too long": "某部分的头过长",
    "The connection ended before the file did.": "文件未传完，连接就断开了。",
    "The file cannot be kept here: {why}.": "无法在此保存文件：{why}。",
    "The file cannot be imported: {why}": "无法导入文件：{why}",
    "it is a spreadsheet, a document or an archive: save it as CSV and take that file": (
        "这是电子表格、文档或压缩包：请另存为 CSV 再导入"
    ),
    "it is empty: it needs a first line with the names of its columns": "文件为空：第一行须为各列的名称",
    "its first line holds signs that no text has: is it a CSV file?": (
        "第一行含有文本中不会有的字符：这是 CSV 文件吗？"
    ),
    "the first line cannot be read: a quote in it is not closed": "无法读取第一行：有引号未闭合",
    "the first line holds an address, not the names of the columns ({titles}): "
    "add a first line such as: email,first name": (
        "第一行是地址，不是列名（{titles}）：请在最前面加一行，例如：email,first name"
    ),
    "{what}; the columns are {titles}. Say which it is with ?emailColumn=": "{what}；各列为 {titles}。请指明哪一列",
    "there is no column {name!r}; the columns are {titles}": "没有列“{name}”；各列为 {titles}",
    "there is no column {name!r} beside the addresses": "除地址外没有列“{name}”",
    "no column is named like an e-mail address": "没有列名像是邮箱地址",
    "several columns may hold the address": "有多列可能是地址",
    "the column {name!r} holds the addresses, it is always `{email}`": "列“{name}”是地址，总是 `{email}`",
    "two columns would be the field `{name}`: rename one, or leave it out": (
        "有两列对应字段 `{name}`：请改名或不保留其一"
    ),
    "say `Title=field`, or `Title=` to leave a column out": "请写 `列名=字段`，或用 `列名=` 不保留该列",
    "the file has {columns} columns; at most {most} are read": "文件有 {columns} 列；最多读取 {most} 列",
    "the file is not {encoding}": "文件不是 {encoding} 编码",
    "the encoding {name!r} is not known; known are {names}": "不认识编码“{name}”；可用的有 {names}",
    "line {line} holds bytes that are not {encoding}: save the file as UTF-8, or say its encoding with ?encoding= "
    "(such as windows-1252 or gb18030)": (
        "第 {line} 行有不属于 {encoding} 的字节：请另存为 UTF-8，或指明编码（例如 gb18030）"
    ),
    "{sign!r} is not a single sign or one of {names}": "“{sign}”不是单个字符，也不是 {names} 之一",
    "a quote is opened in the record that begins on line {line} and never closed: close it, or double it": (
        "始于第 {line} 行的记录中有引号未闭合：请闭合，或写成两个"
    ),
    "the record that begins on line {line} has text after a closing quote: a quote inside a cell is doubled": (
        "始于第 {line} 行的记录在闭合引号后还有文字：单元格内的引号须写成两个"
    ),
    "the record that ends on line {line} or after it is longer than {most} characters: is it a CSV file, "
    "and are its quotes closed?": (
        "结束于第 {line} 行或之后的记录超过 {most} 个字符：这是 CSV 文件吗，引号都闭合了吗？"
    ),
    "has {cells} cells, but the header has {columns} columns": "有 {cells} 个单元格，而表头有 {columns} 列",
    "has no e-mail address": "没有邮箱地址",
    "has a tag that cannot be kept: {why}": "有无法保存的标签：{why}",
    "holds more than {most} characters in {name!r}": "“{name}”超过 {most} 个字符",
    "holds the character U+0000, which cannot be stored, in {name!r}": "“{name}”含有无法存储的字符 U+0000",
}
LOGINS: Final[dict[str, str]] = {
    "{place}: connected, {what}.": "{place}：已连接，{what}。",
    "{host}:{port}: logged in; read are {folders}.": "{host}:{port}：已登录；读取 {folders}。",
    "{place}: no connection: {why}": "{place}：无法连接：{why}",
    "{place}: no trusted TLS connection: {why}": "{place}：未能建立可信的 TLS 连接：{why}",
    "{place}: the server does not offer STARTTLS, which this service requires": (
        "{place}：服务器不支持此服务所需的 STARTTLS"
    ),
    "{place}: STARTTLS failed: {why}": "{place}：STARTTLS 失败：{why}",
    "{place}: does not speak SMTP: {why}": "{place}：不是 SMTP 服务器：{why}",
    "{place}: the server turned us away: {why}": "{place}：服务器拒绝连接：{why}",
    "{place}: closed before the server had answered the mail": "{place}：服务器应答邮件之前连接已关闭",
    "{place}: no answer to the mail yet": "{place}：邮件尚无应答",
    "{place}: the mail was sent, and answered oddly: {why}": "{place}：邮件已发出，但应答异常：{why}",
    "{place}: the mail was sent, but not answered: {why}": "{place}：邮件已发出，但没有应答：{why}",
    "no answer within {seconds} s": "{seconds} 秒内没有应答",
    "no answer: {why}": "没有应答：{why}",
    "{host} is not known: {error}": "找不到主机 {host}",
    "{place}: lost at EHLO: {why}": "{place}：EHLO 时连接中断：{why}",
    "{place}: lost at the login: {why}": "{place}：登录时连接中断：{why}",
    "{place}: login as {name!r} was refused: {why}": "{place}：以“{name}”登录被拒：{why}",
    "{place}: the server offers no login method that is known here ({methods}). Check port and security.": (
        "{place}：服务器没有可用的登录方式（{methods}）。请检查端口和加密。"
    ),
}
"""Of services and receivers, when they are tried."""
DIALOGUES: Final[dict[str, str]] = {
    "the connection is closed": "连接已关闭",
    "the connection was lost at {command}": "{command} 时连接中断",
    "the connection was lost before the body": "发送正文前连接中断",
    "the connection was lost within the body": "发送正文时连接中断",
    "the body was not taken in time": "服务器未及时接收正文",
    "takes mails of up to {most} bytes, this one has {size}": "最大接受 {most} 字节的邮件，此邮件有 {size} 字节",
    "does not offer SMTPUTF8, which an address with characters beyond ASCII needs": (
        "不支持含非 ASCII 字符的地址所需的 SMTPUTF8"
    ),
    "the server answers more than it is asked": "服务器的应答多于请求",
    "not an SMTP answer: {why}": "不是 SMTP 应答：{why}",
    "no answer to {command}": "{command} 没有应答",
}
"""What ended a dialogue, told after the server's place."""
