"""Draws the two files of the demonstration: a tender of five pages and the picture of a round seal, 42 mm wide.

Everything in them is invented here. Run by hand when they shall change; what it wrote is committed:
    pip install fpdf2 pillow; apt-get install fonts-droid-fallback fonts-dejavu-core; python make.py
"""

import datetime
import math
import pathlib

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).parent
FONT = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"  # Apache-2.0; Chinese only
LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"  # Bitstream Vera licence
COMPANY = "示范投标有限公司"
PROJECT = "示范市道路照明改造工程"

SECTIONS = [
    (
        "一、投标函",
        [
            "致：示范市公共资源交易中心",
            f"我方已仔细研究{PROJECT}（项目编号：示范-2026-001）第一标段招标文件的全部内容，愿意以人民币壹仟贰佰叁拾肆万伍仟陆佰元整"
            "（¥12,345,600.00）的投标总报价，工期一百八十日历天，按合同约定实施和完成承包工程，修补工程中的任何缺陷，工程质量达到合格标准。",
            "我方承诺在投标有效期九十日历天内不修改、不撤销投标文件。",
            "如我方中标，我方承诺在收到中标通知书后，在规定期限内与贵方签订合同，并在合同约定的期限内完成全部合同工程。",
            f"投标人：{COMPANY}（盖单位章）",
            "日期：二〇二六年十一月二十日",
        ],
    ),
    (
        "二、投标报价表",
        [
            "序号　项目名称　　　　　　　单位　　数量　　　合价（元）",
            "1　　　LED 路灯及灯杆安装　　套　　　　862　　 6,206,400.00",
            "2　　　电缆敷设　　　　　　　　米　　　38,500　　2,887,500.00",
            "3　　　配电箱更换　　　　　　　台　　　　 46　　　 828,000.00",
            "4　　　基础开挖与恢复　　　　　处　　　　862　　 1,465,400.00",
            "5　　　智能控制系统　　　　　　项　　　　　1　　　 958,300.00",
            "合计　　　　　　　　　　　　　　　　　　　　　　12,345,600.00",
        ],
    ),
    (
        "三、施工组织设计",
        [
            "本工程沿现有城市道路施工，白天保持双向通行，夜间分段封闭一条车道。每一工作面配备照明、围挡和交通协管员两名。",
            "施工分三个阶段：第一阶段完成测量放线与基础开挖；第二阶段敷设电缆并安装灯杆；第三阶段调试智能控制系统并恢复路面。",
            "每一阶段结束后由监理单位验收，合格后方可进入下一阶段。旧灯具在新灯具通电四十八小时之后拆除，道路不得无照明。",
            "质量目标：单位工程一次验收合格率百分之百。安全目标：零伤亡事故，零火灾事故。",
        ],
    ),
    (
        "四、项目管理机构",
        [
            "项目经理　　　张示范　　一级建造师（市政公用工程）",
            "技术负责人　　李示范　　高级工程师",
            "安全员　　　　王示范　　专职安全生产管理人员 C 证",
            "质量员　　　　赵示范　　岗位证书",
            "以上人员均为虚构，仅供演示之用。",
        ],
    ),
]


def tender():
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc))
    pdf.set_title(f"{PROJECT}投标文件")
    pdf.set_author(COMPANY)
    pdf.set_margins(28, 28)
    pdf.add_font("cjk", fname=FONT)
    pdf.add_font("latin", fname=LATIN)
    pdf.set_fallback_fonts(["latin"])
    pdf.add_page()
    pdf.set_font("cjk", size=30)
    pdf.set_y(70)
    for line, size in [(PROJECT, 24), ("投 标 文 件", 36), ("（第一标段）", 18)]:
        pdf.set_font("cjk", size=size)
        pdf.cell(w=0, h=22, text=line, align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_y(220)
    pdf.set_font("cjk", size=16)
    pdf.cell(w=0, h=12, text=f"投标人：{COMPANY}", align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.cell(w=0, h=12, text="二〇二六年十一月二十日", align="C")
    for title, paragraphs in SECTIONS:
        pdf.add_page()
        pdf.set_font("cjk", size=20)
        pdf.cell(w=0, h=18, text=title, align="C", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("cjk", size=12)
        for paragraph in paragraphs:
            pdf.ln(4)
            pdf.multi_cell(w=0, h=8, text=paragraph, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(HERE / "tender.pdf"))


def seal(size_mm=42, dpi=600, oversample=4):
    side = round(size_mm / 25.4 * dpi)
    mm = side * oversample / size_mm
    centre = side * oversample / 2
    mask = Image.new("L", (side * oversample, side * oversample), 0)
    draw = ImageDraw.Draw(mask)
    ring = size_mm / 2 - 0.3
    box = [centre - ring * mm, centre - ring * mm, centre + ring * mm, centre + ring * mm]
    draw.ellipse(box, outline=255, width=round(1.2 * mm))
    star = [
        (
            centre + radius * mm * math.sin(math.pi * corner / 5),
            centre - radius * mm * math.cos(math.pi * corner / 5),
        )
        for corner in range(10)
        for radius in [6.5 if corner % 2 == 0 else 6.5 * 0.381966]
    ]
    draw.polygon(star, fill=255)
    along_arc(mask, COMPANY, 5.6 * mm, centre, 15.6 * mm, 250)
    font = ImageFont.truetype(FONT, round(3.6 * mm))
    draw.text((centre, centre + 12.5 * mm), "演示专用章", font=font, fill=255, anchor="mm", stroke_width=round(0.12 * mm), stroke_fill=255)
    picture = Image.new("RGBA", (side, side), (196, 22, 28, 0))
    picture.putalpha(mask.resize((side, side), Image.LANCZOS))
    picture.save(HERE / "seal.png", dpi=(dpi, dpi), optimize=True)


def along_arc(mask, text, height, centre, radius, degrees):
    """Letters stand on the ring with their feet towards the centre."""
    font = ImageFont.truetype(FONT, round(height))
    for index, letter in enumerate(text):
        angle = degrees * (index / (len(text) - 1) - 0.5)
        tile = Image.new("L", (round(height * 1.6),) * 2, 0)
        middle = tile.width / 2
        stroke = round(height * 0.03)
        ImageDraw.Draw(tile).text((middle, middle), letter, font=font, fill=255, anchor="mm", stroke_width=stroke, stroke_fill=255)
        tile = tile.rotate(-angle, resample=Image.BICUBIC)
        x = centre + radius * math.sin(math.radians(angle)) - middle
        y = centre - radius * math.cos(math.radians(angle)) - middle
        mask.paste(255, (round(x), round(y)), tile)


tender()
seal()
