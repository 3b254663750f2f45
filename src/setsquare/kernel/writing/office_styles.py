"""Give pandoc's Word and OpenDocument files tables with lines and a calm type size."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

_LINE = "BFC7D3"
_SHADE = "F1F4F8"
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_WORD_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>' for side in _SIDES
)
_WORD_TABLE = f"""<w:style w:type="table" w:default="1" w:styleId="Table">
<w:name w:val="Table" /><w:basedOn w:val="TableNormal" /><w:qFormat />
<w:tblPr><w:tblInd w:w="0" w:type="dxa" /><w:tblBorders>{_WORD_BORDERS}</w:tblBorders>
<w:tblCellMar><w:top w:w="40" w:type="dxa" /><w:left w:w="108" w:type="dxa" />
<w:bottom w:w="40" w:type="dxa" /><w:right w:w="108" w:type="dxa" /></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b /></w:rPr>
<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}" /></w:tcPr></w:tblStylePr>
</w:style>"""
_CELL = f"fo:border='0.5pt solid #{_LINE}' fo:padding='0.1cm'".replace("'", '"')


def styled(data: bytes, format: str) -> bytes:
    """Return a docx or odt file that pandoc wrote, with its tables' looks set; content stays as it is."""
    edits = _WORD if format == "docx" else _OPEN
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for info in source.infolist():
            content = source.read(info)
            if edit := edits.get(info.filename):
                content = edit(content.decode("utf-8")).encode("utf-8")
            plain = zipfile.ZIP_STORED if info.filename == "mimetype" else zipfile.ZIP_DEFLATED
            written.writestr(info, content, compress_type=plain)
    return target.getvalue()


def _word_styles(xml: str) -> str:
    table = re.compile(r'<w:style\b[^>]*w:styleId="Table"[^>]*>.*?</w:style>', re.DOTALL)
    xml = table.sub(lambda _found: _WORD_TABLE, xml)
    return re.sub(r'<w:(sz|szCs) w:val="24" />', r'<w:\1 w:val="21" />', xml, count=2)


def _word_document(xml: str) -> str:
    return re.sub(r'<w:tblW w:type="auto" w:w="0" ?/>', '<w:tblW w:type="pct" w:w="5000" />', xml)


def _open_content(xml: str) -> str:
    xml = xml.replace(
        '<style:table-cell-properties fo:border="none" />', f"<style:table-cell-properties {_CELL} />"
    )
    shaded = f'{_CELL} fo:background-color="#{_SHADE}"'
    return re.sub(
        r'(style:name="TableHeaderRowCell".*?<style:table-cell-properties )[^/]*/>',
        rf"\1{shaded} />",
        xml,
        flags=re.DOTALL,
    )


_WORD: Mapping[str, Callable[[str], str]] = {
    "word/styles.xml": _word_styles,
    "word/document.xml": _word_document,
}
_OPEN: Mapping[str, Callable[[str], str]] = {"content.xml": _open_content}
