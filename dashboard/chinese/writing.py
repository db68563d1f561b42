"""Files of contacts, and templates while they are written."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "Any usual encoding and delimiter; columns beside the address become fields.": (
        "支持常见编码与分隔符；地址以外的列成为字段。"
    ),
    "Choose a CSV file that can be read.": "请选择可读取的 CSV 文件。",
    "Column": "列",
    "Column with the addresses": "地址所在的列",
    "Columns of the file: {number}": "文件的列：{number}",
    "Field": "字段",
    "How it was read": "读取方式",
    "Import a file into this list": "将文件导入此列表",
    "It is larger than {most} MB: split it and import the parts.": "超过 {most} MB：请拆分后分别导入。",
    "Read as {encoding}, with {delimiter} between the columns.": "按 {encoding} 读取，列间以 {delimiter} 分隔。",
    "Sent so far": "已上传",
    "Skipped": "已跳过",
    "left alone, as was chosen": "按所选保持不变",
    "If it is read wrongly": "若读取有误",
    "Such as windows-1252 or gb18030; empty: found out.": "例如 windows-1252 或 gb18030；留空则自动判断。",
    "Encoding": "编码",
    "One sign, or: tab; empty: found out.": "单个字符，或 tab；留空则自动判断。",
    "Between the columns": "列分隔符",
    "The file is sent, then its rows are read. Stay on this page until that is done.": (
        "正在上传文件，然后读取各行。完成前请勿离开此页。"
    ),
    "Pictures from elsewhere are left out here, and links lead nowhere.": "此处不加载外部图片，链接也不可点击。",
    "left out": "不保留",
    "The field's name; empty: left out. Such as: {examples}": "字段名；留空则不保留。例如：{examples}",
    "The file did not get through whole. Is the connection stable, and the API running?": (
        "文件未能完整上传。连接是否稳定，API 是否在运行？"
    ),
    "This file is empty.": "此文件为空。",
    "As this contact gets it": "按此联系人显示",
    "As {email} gets it.": "{email} 收到的样子。",
    "How the address of a contact begins; empty: made-up fields.": "联系人地址的开头；留空：使用示例字段。",
    "It is shown once there are a subject and a text.": "填写主题和正文后显示。",
    "No address of yours begins like this.": "没有以此开头的地址。",
    "Nothing is to be mended.": "没有需要改进之处。",
    "Send it": "发送此模板",
    "This contact has no {name}: give it one, or the template a default.": (
        "此联系人没有 {name}：请补上，或在模板中设默认值。"
    ),
    "What to mend before it is sent": "发送前需改进",
    "With made-up fields.": "使用示例字段。",
}
