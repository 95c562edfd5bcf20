#!/usr/bin/env python3
"""Writes takeout-customers.csv: invented customers of a takeout shop, as untidy as a real export.

Every name, address and number is made from lists and a fixed seed, so the file is the same each time. Phone numbers
have the form of Chinese mobile numbers; nobody is known by any of them here. Mail addresses lie under example.com.

  python3 Examples/make-sample.py            writes beside this script
  python3 Examples/make-sample.py --stdout   writes to standard output
"""

import csv
import datetime
import io
import pathlib
import random
import sys

HEADER = ["姓名", "手机号", "收货地址", "邮箱", "生日", "偏好", "来源", "营销同意"]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ["伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "秀英", "建国", "小红",
         "晓东", "雨桐", "子涵", "浩然", "思远", "佳怡", "文博", "若曦", "志强", "海燕", "玉兰", "春梅"]
COMPOUND = ["欧阳", "司马", "上官", "诸葛"]
TOWNS = ["云江省临湖市青石区", "云江省临湖市柳浪区", "云江省临湖市南渡区", "海岭省白沙市望潮区", "海岭省白沙市石桥县"]
STREETS = ["柳浪路", "青石街", "渡口巷", "望潮大道", "石桥路", "荷塘街", "学府路", "东风里"]
PREFERENCES = ["少辣", "不要香菜", "多加米饭", "花生过敏", "汤分开装", "放门口,不要敲门", "免葱", "到楼下打电话"]
SOURCES = ["meituan", "eleme", "phone", "event", "walk-in", "美团", "饿了么"]
PREFIXES = [130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 152, 155, 158, 159, 180, 182, 186, 188, 189]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CUSTOMERS = 300


def name(rng):
    surname = rng.choice(COMPOUND) if rng.random() < 0.03 else rng.choice(SURNAMES)
    return surname + rng.choice(GIVEN)


def number(rng, used):
    """Eleven digits that no other customer has."""
    while True:
        digits = f"{rng.choice(PREFIXES)}{rng.randrange(10**8):08d}"
        if digits not in used:
            used.add(digits)
            return digits


def written(rng, digits):
    """A phone number as somebody may have typed it."""
    return rng.choices(
        [
            digits,
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
            f"+86-{digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"0086 {digits}",
            digits.translate(FULL_WIDTH),
        ],
        weights=[70, 12, 8, 5, 5],
    )[0]


def address(rng):
    text = f"{rng.choice(TOWNS)}{rng.choice(STREETS)}{rng.randrange(1, 300)}号"
    kind = rng.random()
    if kind < 0.5:
        return text + f"{rng.randrange(1, 30)}栋{rng.randrange(1, 33)}0{rng.randrange(1, 5)}室"
    if kind < 0.62:
        return text + "\n(侧门进)"
    if kind < 0.74:
        return text + ' "前台代收"'
    return text


def customer(rng, index, used):
    birthday = datetime.date(1950, 1, 1) + datetime.timedelta(days=rng.randrange(20_000))
    return [
        name(rng),
        written(rng, number(rng, used)),
        address(rng),
        f"customer{index:03d}@example.com" if rng.random() < 0.4 else "",
        rng.choice([f"{birthday}", f"{birthday:%Y/%m/%d}"]) if rng.random() < 0.35 else "",
        rng.choice(PREFERENCES) if rng.random() < 0.5 else "",
        rng.choice(SOURCES),
        rng.choice(["是", "否", ""]),
    ]


def bad_rows(rng, used):
    """One row for each thing that an import must refuse, each with the reason."""
    def row(changes):
        made = customer(rng, 900, used)
        for column, text in changes.items():
            made[HEADER.index(column)] = text
        return made

    return [
        row({"手机号": "无"}),                      # not a phone number
        row({"手机号": "138001"}),                  # too short
        row({"手机号": ""}),                        # a required field is empty
        row({"姓名": "", "手机号": written(rng, number(rng, used))}),
        row({"邮箱": "not-an-email@"}),
        row({"生日": "1990-02-30"}),                # no such day
        row({"来源": "抖音"}),                      # not a source that the map lists
        row({"营销同意": "也许"}),                  # neither yes nor no
        row({})[:-1],                               # a cell is missing
    ]


def rows():
    rng = random.Random(20_261_121)
    used = set()
    made = [customer(rng, index, used) for index in range(CUSTOMERS)]
    # The same person ordered through two platforms: the same number, typed in another way.
    for original in rng.sample(made, 6):
        again = list(original)
        digits = "".join(c for c in original[1].translate(str.maketrans("０１２３４５６７８９", "0123456789")) if c.isdigit())
        again[1] = f"{digits[-11:-8]}-{digits[-8:-4]}-{digits[-4:]}"
        again[6] = rng.choice(SOURCES)
        made.insert(rng.randrange(len(made)), again)
    for bad in bad_rows(rng, used):
        made.insert(rng.randrange(len(made)), bad)
    return made


def main():
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows())
    if sys.argv[1:] == ["--stdout"]:
        sys.stdout.buffer.write(text.getvalue().encode())
        return
    pathlib.Path(__file__).with_name("takeout-customers.csv").write_bytes(text.getvalue().encode())


if __name__ == "__main__":
    main()
