"""Why a series was taken for what it is, in Chinese: whole reasons, and patterns for those that carry numbers.

Reasons are made in English by `engine.sequences` and stand so in every file. A part that has no words here stays as
it is, so nothing is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PHASES: Mapping[str, str] = {
    "pre": "平扫", "late arterial": "动脉晚期", "portal venous": "门静脉期", "equilibrium": "平衡期",
    "hepatobiliary": "肝胆期",
}  # fmt: skip

_PLANES: Mapping[str, str] = {
    "axial": "轴位", "near axial": "近轴位", "coronal": "冠状位", "sagittal": "矢状位", "oblique": "斜位",
}  # fmt: skip

REASONS_ZH: Mapping[str, str] = {
    "the modality is not MR": "模态不是 MR",
    "a colour image: a screen save or a coloured map": "彩色图像：屏幕截图或伪彩图",
    "a secondary capture": "二次获取图像",
    "ImageType says ADC": "ImageType 注明 ADC",
    "derived as apparent diffusion coefficient": "推导为表观扩散系数",
    "named as an ADC map": "名称为 ADC 图",
    "named as a screen save, report or processed image": "名称为屏幕截图、报告或处理后图像",
    "ImageType says computed b-value": "ImageType 注明计算 b 值",
    "named as a computed (synthetic) image": "名称为计算（合成）图像",
    "SequenceName lists two b-values: a map or a computed b-value, not an acquired image":
        "SequenceName 列出两个 b 值：为参数图或计算 b 值，并非采集图像",
    "a derived image whose b-value exceeds every acquired one: computed": "派生图像，其 b 值超过所有采集值：为计算图像",
    "ImageType says a product of the diffusion tensor": "ImageType 注明扩散张量产物",
    "named as a product of the diffusion tensor": "名称为扩散张量产物",
    "ImageType says localizer": "ImageType 注明定位像",
    "named as a localizer": "名称为定位像",
    "ImageType or derivation says subtraction": "ImageType 或推导方式注明减影",
    "named as a subtraction": "名称为减影",
    "ImageType says projection or reformat": "ImageType 注明投影或重组",
    "named as a projection or reformat": "名称为投影或重组",
    "a perfusion map": "灌注图",
    "spectroscopy": "波谱",
    "a parameter map or calibration": "参数图或校准",
    "a fat-fraction measurement, not an anatomical T1": "脂肪分数测量，并非解剖 T1",
    "phase images": "相位图像",
    "named as cholangiography": "名称为胰胆管成像",
    "named as hydrography: fluid at rest alone is bright": "名称为水成像：仅静止液体呈高信号",
    "echo time or slab thickness of cholangiography": "回波时间或层块厚度符合胰胆管成像",
    "3D coronal spin echo with very long echo time": "回波时间很长的 3D 冠状位自旋回波",
    "bolus tracking": "团注追踪",
    "angiography": "血管成像",
    "functional or perfusion echo planar imaging": "功能或灌注平面回波成像",
    "balanced steady-state sequence, neither T1 nor T2": "平衡稳态序列，既非 T1 也非 T2",
    "named after another part of the body": "名称指向身体其他部位",
    "echo planar with a b-value": "带 b 值的平面回波",
    "the header says diffusion": "文件头注明扩散",
    "the header states a b-value": "文件头注明 b 值",
    "named as diffusion": "名称为扩散",
    "named after a b-value only": "名称只有 b 值",
    "echo planar without a b-value": "无 b 值的平面回波",
    "fat, in-phase or opposed-phase part of a T2 Dixon": "T2 Dixon 的脂肪、同相位或反相位部分",
    "named as dual echo: in-phase and opposed-phase images": "名称为双回波：同相位和反相位图像",
    "Dixon fat, in-phase or opposed-phase image": "Dixon 的脂肪、同相位或反相位图像",
    "named as hepatobiliary phase, or more than ten minutes after contrast": "名称为肝胆期，或注射对比剂十分钟以后",
    "T1-weighted spin echo: not the gradient echo that the model knows": "T1 加权自旋回波：并非模型所知的梯度回波",
    "inversion recovery that suppresses fluid": "抑制液体的反转恢复",
    "heavily T2-weighted: it flattens solid lesions": "重 T2 加权：实性病灶对比减弱",
    "proton density": "质子密度",
    "T2*-weighted gradient echo": "T2* 加权梯度回波",
    "named as sagittal or oblique: not a plane the model reads": "名称为矢状位或斜位：并非模型阅读的平面",
    "a Dixon series that does not say which part it is": "未注明为哪一部分的 Dixon 序列",
    "a Dixon part without any other word": "仅注明 Dixon 某一部分",
    "3D FLASH as used for vessels and breasts": "用于血管和乳腺的 3D FLASH",
    "T1-weighted by its name, but neither name nor header tells the time after contrast":
        "名称为 T1 加权，但名称和文件头均未注明对比剂后的时间",
    "short-echo gradient echo with short repetition time": "短回波、短重复时间的梯度回波",
    "named after a T1 gradient echo": "名称为 T1 梯度回波",
    "named T1": "名称为 T1",
    "named Dixon": "名称为 Dixon",
    "named after a contrast phase only": "名称只有增强期相",
    "spin echo with the echo time of T2": "回波时间符合 T2 的自旋回波",
    "named T2": "名称为 T2",
    "named after a T2 single-shot sequence": "名称为 T2 单次激发序列",
    "named after a T2 turbo spin echo": "名称为 T2 快速自旋回波",
    "neither header nor name says what this series is": "文件头和名称均未说明该序列是什么",
    "one of several echoes of one measurement: in-phase and opposed-phase images":
        "同一次测量的多个回波之一：同相位和反相位图像",
    "named as a registered, filtered or uncorrected copy": "名称为配准、滤波或未校正的副本",
    "header and name disagree: please confirm": "文件头与名称不一致：请确认",
    "only one letter of its name tells the phase: please confirm": "仅由名称中的一个字母得知期相：请确认",
    "the slices of its series lie in several orientations: a localizer": "该序列的层面有多个方向：定位像",
    "it may be computed from the images of lower b-values: please confirm":
        "可能由较低 b 值的图像计算得出：请确认",
    "its name speaks of another plane than its images show": "名称所述平面与图像不符",
    "no points": "无得分",
    "the b-value is not stated: please confirm that it is 800 to 1000": "未注明 b 值：请确认为 800 至 1000",
    "it shows a single gradient direction, no trace": "仅为单一梯度方向，并非各向同性图",
    "only the name states the b-value": "仅名称注明 b 值",
    "axial": "轴位",
    "nearly axial": "近轴位",
    "fat suppressed": "脂肪抑制",
    "multi-shot turbo spin echo": "多次激发快速自旋回波",
    "single shot": "单次激发",
    "breathing is managed (trigger, navigator, breath-hold or BLADE)": "控制呼吸（触发、导航、屏气或 BLADE）",
    "radial blades: fewer motion artefacts": "放射状采集：运动伪影较少",
    "echo time 70 to 120 ms": "回波时间 70 至 120 ms",
    "echo time 60 to 160 ms": "回波时间 60 至 160 ms",
    "slices of a usual distance that cover the liver": "层间距常规且覆盖肝脏",
    "original images": "原始图像",
    "STIR: fat and enhancing tissue are suppressed alike": "STIR：脂肪与强化组织同样被抑制",
    "a 3D sequence": "3D 序列",
    "a registered or filtered copy": "配准或滤波的副本",
    "acquired after contrast": "在对比剂之后采集",
    "an earlier native volume of the run: a later one is used": "该系列中较早的平扫：使用较晚的一个",
    "named pre-contrast, but a contrasted volume is earlier": "名称为平扫，但有增强图像更早",
    "named pre-contrast and earlier than every contrasted volume": "名称为平扫，且早于所有增强图像",
    "no contrast agent in its header, later volumes of the run state one": "文件头无对比剂，而该系列后续图像注明对比剂",
    "the first volume of the run; that it is native is an assumption": "该系列的第一个容积；假定为平扫",
    " of a liver-specific agent": "肝脏特异性对比剂",
    "another assignment fits nearly as well": "另一种分配几乎同样合适",
    "with a liver-specific agent this is the transitional phase, not equilibrium":
        "使用肝脏特异性对比剂时，此为移行期而非平衡期",
    "named a late phase: it may stand in for equilibrium if you confirm it": "名称为晚期：经您确认可代替平衡期",
    "neither name nor clock says which phase this is": "名称和时间均未说明属于哪一期相",
    "by the order of four dynamics only: no valid clock": "仅按四期动态的顺序：没有有效时间",
    "the first volume of a run that fits the usual delays only if it is native":
        "该系列的第一个容积：仅当其为平扫时才符合常规延迟",
    "the only T1 volume, and its header names no contrast agent": "唯一的 T1 容积，文件头未注明对比剂",
    "no header and no name in the study speaks of contrast: a native image":
        "该检查的文件头和名称均未提及对比剂：平扫图像",
    "a native image too: another one is preferred": "同为平扫图像：优先使用另一个",
    "another technique than the dynamic run": "与动态增强系列的技术不同",
    "another technique than the dynamic run, but before it and without contrast":
        "与动态增强系列的技术不同，但早于该系列且无对比剂",
    "nothing in the study says that contrast was given": "该检查中没有任何内容注明使用过对比剂",
}  # fmt: skip
"""Whole reasons."""

PATTERNS_ZH: tuple[tuple[str, str], ...] = (
    (r"but it also looks like (\S+): (.+)", "但也像 {0}：{1}"),
    (r"BodyPartExamined says (.+)", "BodyPartExamined 注明 {0}"),
    (r"only (\S+) slices", "仅 {0} 个层面"),
    (r"(\S+) points as reference: (.+)", "作为参考序列得 {0} 分：{1}"),
    (r"([\w ]+), not axial: used only if you choose it", "{0}，非轴位：仅在您选择时使用"),
    (r"“(.+)” would serve nearly as well", "“{0}”几乎同样合适"),
    (r"b = (\S+): too little diffusion weighting for the diffusion role", "b = {0}：扩散加权不足，不适合扩散角色"),
    (r"b = (\S+ s/mm² \(.+\))", "b = {0}"),
    (r"b = (\S+) lies outside (\S+) to (\S+): please confirm", "b = {0} 超出 {1} 至 {2}：请确认"),
    (r"the mean of only (\S+) directions", "仅 {0} 个方向的平均"),
    (r"the geometric mean of (\S+) directions", "{0} 个方向的几何平均"),
    (r"another reconstruction of the moment of (\S+)", "与 {0} 同一时刻的另一重建"),
    (r"named ([^;]+); its delay of (\S+) s agrees", "名称为{0}；延迟 {1} s 相符"),
    (r"named ([^;]+); no clock confirms it", "名称为{0}；没有时间可以证实"),
    (r"(\S+) s after the injection time stated in the header", "文件头所注明注射时间后 {0} s"),
    (r"about (\S+) s after the injection, whose time is estimated from the run", "注射后约 {0} s，注射时间为估计值"),
    (r"(\S+) minutes after the injection(.*): no equilibrium phase", "注射{1}后 {0} 分钟：并非平衡期"),
    (r"but it is (\S+) minutes older than the next volume: please confirm", "但比下一个容积早 {0} 分钟：请确认"),
    (r"(\S+) s after the injection: another volume fits each phase better", "注射后 {0} s：各期相均有更合适的图像"),
)  # fmt: skip
"""Reasons with something filled in; what is filled in is translated in turn."""


def reason_words(reason: str, language: str) -> str:
    """Return a reason in a language; what has no words there stays in English."""
    return _chinese(reason) if language == "zh_CN" else reason


def _chinese(text: str) -> str:
    for table in (REASONS_ZH, PHASES, _PLANES):
        if text in table:
            return table[text]
    for pattern, wording in PATTERNS_ZH:
        found = re.fullmatch(pattern, text)
        if found:
            return wording.format(*(_chinese(part) for part in found.groups()))
    for mark, chinese in (("; ", "；"), (", ", "，")):
        parts = _parts(text, mark)
        if len(parts) > 1 and (translated := [_chinese(part) for part in parts]) != parts:
            return chinese.join(translated)
    return text


def _parts(text: str, mark: str) -> list[str]:
    """Split a list of reasons; a reason that holds the mark itself stays whole."""
    parts, waiting = [], text.split(mark)
    while waiting:
        taken = next((n for n in range(len(waiting), 1, -1) if mark.join(waiting[:n]) in REASONS_ZH), 1)
        parts.append(mark.join(waiting[:taken]))
        waiting = waiting[taken:]
    return parts
