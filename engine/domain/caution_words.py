"""The sentences of the cautions in every language, and how facts are set in them.

One sentence per occasion; `{name}` is a fact of the caution. English makes the text that results carry, so that
window, report and DICOM objects say the same; other languages word the same facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.domain.caution import Caution, Effect, Fact
from engine.domain.phrases import phrase

LANGUAGES = ("en", "zh_CN")
NO_LESION = "no-lesion"
"""Not a caution: why a flag is withheld when nothing could be classified."""
STOPPING = frozenset(
    {
        "age-under-18",
        "treated-lesion",
        "b-value-low",
        "misaligned-far",
        "coverage",
        "geometry-no-stack",
        NO_LESION,
    }
)
"""Sentences that say why a result is withheld; all others inform. No occasion may do what its sentence does not say."""
GAP = re.compile(r"\{(\w+)\}")

ROLE_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "T2": "T2",
        "DWI": "DWI",
        "T1_PRE": "T1 before contrast",
        "T1_LATE_ARTERIAL": "T1 late arterial",
        "T1_PORTAL_VENOUS": "T1 portal venous",
        "T1_EQUILIBRIUM": "T1 equilibrium",
    },
    "zh_CN": {
        "T2": "T2",
        "DWI": "DWI",
        "T1_PRE": "T1 平扫",
        "T1_LATE_ARTERIAL": "T1 动脉晚期",
        "T1_PORTAL_VENOUS": "T1 门静脉期",
        "T1_EQUILIBRIUM": "T1 平衡期",
    },
}
"""Names of the sequence roles."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "small-lesion": (
        "Lesion {lesions} measures {diameters} across at most, less than {limit}; the method was studied on lesions "
        "usually larger than 1 cm.",
        "病灶 {lesions} 的最长径为 {diameters}，小于 {limit}；该方法所研究的病灶通常大于 1 cm。",
    ),
    "age-under-18": (
        "The patient is {age} old, younger than 18 years; the method was studied on adults only. Read this study "
        "without the model.",
        "患者年龄为 {age}，未满 18 岁；该方法仅在成人中研究过。请不使用模型阅片。",
    ),
    "age-unknown": (
        "Neither the patient's age nor the birth date is stated; the method was studied on adults only.",
        "未记录患者年龄或出生日期；该方法仅在成人中研究过。",
    ),
    "treated-lesion": (
        "The reader states prior treatment of the lesion; the method was studied on untreated lesions only. Read this "
        "study without the model.",
        "阅片者注明病灶曾接受治疗；该方法仅在未经治疗的病灶中研究过。请不使用模型阅片。",
    ),
    "t2-only": (
        "No usable DWI was found: the result rests on T2 alone.",
        "没有可用的 DWI：结果仅基于 T2。",
    ),
    "t2-only-chosen": (
        "DWI is there but was not used: the result rests on T2 alone.",
        "存在 DWI 但未使用：结果仅基于 T2。",
    ),
    "b-value": (
        "The diffusion series has b {b_value}; the model was made for b {low} to {high}.",
        "弥散序列的 b 值为 {b_value}；模型针对 b {low} 至 {high} 制作。",
    ),
    "b-value-low": (
        "The diffusion series has b {b_value}, less than {limit}; the model was made for b {low} to {high}. Assign a "
        "series of a higher b-value, or choose a model that needs no DWI.",
        "弥散序列的 b 值为 {b_value}，低于 {limit}；模型针对 b {low} 至 {high} 制作。"
        "请指定 b 值更高的序列，或选择不需要 DWI 的模型。",
    ),
    "b-value-unknown": (
        "The b-value of the diffusion series is not stated; the model was made for b {low} to {high}.",
        "弥散序列未注明 b 值；模型针对 b {low} 至 {high} 制作。",
    ),
    "b-value-not-darker": (
        "The diffusion series (b {b_value}) is hardly darker than its image of b {low_b} (ratio {ratio}; below {limit} "
        "is expected): the stated b-value may be wrong. Look at the series, and choose another one if it is not "
        "diffusion-weighted.",
        "弥散序列（b {b_value}）并不比其 b {low_b} 图像明显更暗（比值 {ratio}；应低于 {limit}）："
        "所注明的 b 值可能有误。请查看该序列，若并非弥散加权，请选择其他序列。",
    ),
    "b-value-map": (
        "Fluid is brighter in the diffusion series (b {b_value}) than its image of b {low_b} allows: it may be an ADC "
        "map or another computed image. Assign an acquired diffusion series.",
        "弥散序列（b {b_value}）中的液体信号高于其 b {low_b} 图像所允许的程度：可能是 ADC 图或其他计算图像。"
        "请指定实际采集的弥散序列。",
    ),
    "b-value-adc": (
        "From b {low_b} to b {b_value} the signal falls as if tissue diffused at {adc} (expected {low} to {high}): one "
        "of the stated b-values may be wrong.",
        "从 b {low_b} 到 b {b_value}，信号下降相当于组织扩散系数为 {adc}（预期 {low} 至 {high}）："
        "所注明的 b 值之一可能有误。",
    ),
    "b-value-capped": (
        "{share} of the diffusion image stands at its highest value, 4095: bright tissue was cut off.",
        "弥散图像中有 {share} 处于最高值 4095：高信号组织被截断。",
    ),
    "misaligned": (
        "{role} lies about {shift} off T2 around the lesion ({limit} is tolerated). Check the outline on {role}; move "
        "or register that series where it is wrong.",
        "在病灶周围，{role} 与 T2 约有 {shift} 的偏移（允许 {limit}）。请在 {role} 上核对轮廓；"
        "如有错误，请移动或配准该序列。",
    ),
    "misaligned-far": (
        "{role} lies about {shift} off T2 around the lesion, more than {limit}. Move or register that series, choose "
        "another one, or choose a model that does not need it.",
        "在病灶周围，{role} 与 T2 约有 {shift} 的偏移，超过 {limit}。请移动或配准该序列，选择其他序列，"
        "或选择不需要它的模型。",
    ),
    "misaligned-frames": (
        "The frame of reference of {roles} differs from that of T2 or is not stated: the images may not lie on one "
        "another. Check the outline on each series.",
        "{roles} 的坐标参考系与 T2 不同或未注明：图像可能未对齐。请在每个序列上核对轮廓。",
    ),
    "coverage": (
        "{role} does not cover lesion {lesions} completely. Choose another series for this role, or a model that does "
        "not need it.",
        "{role} 未完整覆盖病灶 {lesions}。请为该角色选择其他序列，或选择不需要它的模型。",
    ),
    "geometry": (
        "Slice positions of {role} need care: {notes}.",
        "{role} 的层面位置需要留意：{notes}。",
    ),
    "geometry-no-stack": (
        "The images of {role} form no regular stack: {notes}. Send the complete series again or choose another one.",
        "{role} 的图像不构成规则的层面组：{notes}。请重新传送完整序列，或选择其他序列。",
    ),
    "unfamiliar-input": (
        "Lesion {lesions} does not look like the images that the model was trained on (distance {distances}, threshold "
        "{limit}); its scores may be meaningless.",
        "病灶 {lesions} 的图像与模型的训练图像不相似（距离 {distances}，阈值 {limit}）；其评分可能没有意义。",
    ),
    "unfamiliar-input-simulated": (
        "Lesion {lesions} does not look like the simulated images that the model was trained on (distance {distances}, "
        "threshold {limit}), as is to be expected of images of patients; its scores may be meaningless.",
        "病灶 {lesions} 的图像与训练该模型所用的模拟图像不相似（距离 {distances}，阈值 {limit}），"
        "对患者图像而言这在预料之中；其评分可能没有意义。",
    ),
    "slices-disagree": (
        "The two rules disagree for lesion {lesions}: look at the slices one by one.",
        "对病灶 {lesions}，两种规则的结论不一致：请逐层查看。",
    ),
    "interpolated-roi": (
        "Interpolated outlines that nobody confirmed were used for lesion {lesions}.",
        "病灶 {lesions} 使用了未经确认的插值轮廓。",
    ),
    "contrast-images": (
        "The header of {roles} names a contrast agent: the images may have been acquired after injection.",
        "{roles} 的文件头注明了对比剂：图像可能在注射之后采集。",
    ),
    "contrast-images-late": (
        "By the acquisition times, {roles} began {delay} after the first contrast-enhanced T1 series of this study: "
        "the images were probably acquired after injection.",
        "按采集时间，{roles} 在本检查首个 T1 增强序列之后 {delay} 开始采集：图像很可能在注射之后采集。",
    ),
    "not-liver": (
        "The headers speak of another region ({region}); the model was made for the liver.",
        "文件头指向其他部位（{region}）；模型针对肝脏制作。",
    ),
    NO_LESION: (
        "No lesion could be classified. Draw or import a lesion outline.",
        "没有可分类的病灶。请勾画或导入病灶轮廓。",
    ),
}
"""Sentences by occasion: English, Simplified Chinese."""

_UNITS = {"zh_CN": {"years": "岁", "min": "分钟"}}
_BETWEEN = {"en": ", ", "zh_CN": "、"}


def make_caution(code: str, effect: Effect, values: Mapping[str, Fact] | None = None, sentence: str = "") -> Caution:
    """Return a caution whose English text is worded from its sentence.

    Args:
        sentence: Key in `SENTENCES`; the code itself where there is one sentence per code.

    Raises:
        ValueError: The sentence tells of another effect.
    """
    key = sentence or code
    if (effect is Effect.WITHHOLD) != (key in STOPPING):
        raise ValueError(f"the sentence '{key}' does not tell of the effect '{effect}'")
    facts = dict(values or {})
    return Caution(code, effect, _worded(key, facts, "en"), facts, key)


def word(caution: Caution, language: str) -> str | None:
    """Return a caution's sentence in a language, None where it has none there (then its English text stands)."""
    if language == "en":
        return caution.text
    return _worded(caution.sentence, caution.values, language) if caution.sentence in SENTENCES else None


def _worded(key: str, values: Mapping[str, Fact], language: str) -> str:
    # a fact may hold header text: it is put in after the gaps were found, never read as a gap itself
    sentence = SENTENCES[key][LANGUAGES.index(language)]
    return GAP.sub(lambda gap: _set(gap.group(1), values[gap.group(1)], language), sentence)


def _set(name: str, fact: Fact, language: str) -> str:
    """Return a fact in words: ``9.9 mm``, ``L1, L2``, ``DWI``."""
    roles = ROLE_WORDS[language] if name in ("role", "roles") else {}
    parts = [
        roles.get(item) or phrase(item, language) if isinstance(item, str) else _number(item, fact.digits)
        for item in fact.items
    ]
    text = _BETWEEN[language].join(parts)
    unit = _UNITS.get(language, {}).get(fact.unit, fact.unit)
    return f"{text} {unit}" if unit else text


def _number(value: float, digits: int) -> str:
    """Return a fixed-point number with a true minus sign and no negative zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
