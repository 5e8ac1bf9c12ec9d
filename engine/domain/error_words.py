"""Errors in Chinese: what happened and what to do next.

What happened is the error's own sentence put into words (`phrases`), since that names the file or series; an error
whose sentence has no words there says what its code means. What to do next goes by the code.

Only errors that the window can meet stand here; the command line speaks English.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.errors import EngineError
from engine.domain.phrases import knows, phrase

_WRITE = "请选择您有写入权限且有剩余空间的文件夹。"
_PACKAGE_AGAIN = "请从来源重新安装该模型包。"
_EXPORT_AGAIN = "请让模型包的制作者重新导出。"
_DRAW = "请在此处勾画病灶，或重新导出轮廓。"
_CHECK_PLACE = "如确认属于此序列，可按位置导入，然后核对叠加显示。"

ERRORS_ZH: Mapping[str, tuple[str, str]] = {
    "also-unknown": ("没有所要求的这种输出。", "请选择其他输出。"),
    "audit-not-read": ("无法读取审计文件。", "请确认当前账户可以读取 Lobule 的数据文件夹。"),
    "audit-not-written": ("无法写入审计文件，操作未执行。", "请确认当前账户可以写入 Lobule 的数据文件夹，且磁盘未满。"),
    "bad-policy": ("策略文件无法使用。", "请由 IT 部门更正；在此之前，其中的设置均不生效。"),
    "case-other-study": ("该病例属于另一项检查。", "请打开它所属的检查，然后再载入。"),
    "case-unreadable": ("病例文件无法读取。", "请选择由 Lobule 写出的 case.json。"),
    "dicom-not-written": ("DICOM 对象无法写入。", _WRITE),
    "export-kind": ("轮廓不能以这种格式写出。", "请选择所列格式之一。"),
    "no-dicom": ("此处没有找到 DICOM 图像。", "请选择包含一项检查的 DICOM 图像的文件夹、文件、DICOMDIR 或 zip。"),
    "no-pdf": ("报告无法封装为 DICOM。", "请先写出 PDF 报告。"),
    "no-reference-series": ("没有选定 T2 序列，DICOM 对象将没有参照。", "请选择 T2 序列后再写出。"),
    "no-segmentation": ("分割文件无法读取，报告将没有参照。", "请先写出分割，再写出报告。"),
    "node-address": ("DICOM 节点的地址无效。", "请填写主机名和 1 至 65535 的端口。"),
    "node-ae-title": ("AE 标题无效。", "请使用 1 至 16 个普通字符。"),
    "node-no-association": ("DICOM 节点没有应答或拒绝了连接。", "请核对地址和 AE 标题，并确认该节点已登记本机。"),
    "not-a-stack": ("该序列的图像不构成规则的层面组。", "请为该角色选择其他序列，或重新导出完整序列。"),
    "not-dicom": ("该文件不是 DICOM 对象，无法发送。", "请选择由本软件写出的对象。"),
    "not-writable": ("文件无法写入。", _WRITE),
    "nothing-to-export": ("没有可写出的病灶。", "请先勾画或导入病灶。"),
    "not-registered": ("该序列无法与 T2 配准。", "请手动移动该序列，并在其图像上核对轮廓。"),
    "package-archive": ("模型包的压缩文件无法解开。", "请从来源重新获取该模型包。"),
    "package-digest": ("模型包的文件已被改动，不能使用。", _PACKAGE_AGAIN),
    "package-duplicate": ("已安装内容不同的同名模型包，且版本不低。", "如需退回旧版，请先移除已安装的版本。"),
    "package-features": ("模型包的特征统计无法使用。", _EXPORT_AGAIN),
    "package-file": ("模型包缺少文件，或文件无法读取。", _PACKAGE_AGAIN),
    "package-graph": ("模型包的网络被拒绝。", _EXPORT_AGAIN),
    "package-manifest": ("模型包的清单无法读取。", _PACKAGE_AGAIN),
    "package-missing": ("没有这个模型包。", "请选择包含 model.onnx 和 manifest.json 的文件夹。"),
    "package-none": ("没有安装模型包。", "请先安装模型包。"),
    "package-path": ("模型包的清单指向包外的文件。", "请不要使用该模型包。"),
    "package-schema": ("模型包不是为此版本制作的。", "请安装适用于此版本的模型包，或更新 Lobule。"),
    "package-selftest": ("模型包没有通过自检。", "请不要在此机器上使用；请重新获取后再试。"),
    "package-shipped": ("该模型包随 Lobule 提供，不能移除。", "同名的新版模型包安装后会取而代之。"),
    "package-size": ("模型包过大。", "请核实该模型包的来源。"),
    "package-unknown": ("没有安装这个模型包。", "请查看已安装的模型包。"),
    "pixels-unreadable": ("序列中有图像无法解码。", "请以不压缩的方式重新导出，或为该角色选择其他序列。"),
    "provider-missing": ("此安装不提供所选的运行环境。", "请选择自动或 CPU。"),
    "provider-unknown": ("没有这种运行环境。", "请选择自动或 CPU。"),
    "register-role": ("该角色没有可与 T2 配准的序列。", "请先为该角色指定序列。"),
    "report-font": ("报告的字体无法读取。", "请重新安装 Lobule。"),
    "report-language": ("没有这种语言的报告。", "请选择英文或中文。"),
    "report-paper": ("没有这种纸张。", "请选择 A4 或 Letter。"),
    "report-write": ("报告无法写入。", "请选择您有写入权限的文件夹，并关闭已打开的同名文件。"),
    "roi-answer": ("该回答与轮廓的问题不符。", "请从所列的回答中选择。"),
    "roi-empty": ("没有病灶轮廓。", "请至少在一个 T2 层面上勾画，或移除该病灶。"),
    "roi-missing": ("此检查中没有病灶轮廓。", "请在 T2 图像上勾画病灶，或导入轮廓文件。"),
    "roi-no-t2": ("轮廓需要 T2 序列，但没有序列担任该角色。", "请先指定 T2 角色。"),
    "roi-not-an-roi": ("该文件不是轮廓文件。", "请选择 DICOM SEG 或 RTSTRUCT、NIfTI、NRRD 或 MHA 文件。"),
    "roi-not-written": ("病灶轮廓无法写入。", _WRITE),
    "roi-outside": ("轮廓位于 T2 图像之外。", "请确认轮廓属于此检查并在此 T2 序列上勾画。"),
    "roi-too-large": ("轮廓文件过大。", "请仅导出病灶，并使用 T2 序列的网格。"),
    "roi-too-small": ("轮廓过小，没有覆盖任何 T2 体素。", _DRAW),
    "roi-unreadable": ("轮廓文件无法读取。", _DRAW),
    "roi-unreferenced": ("轮廓文件没有说明它在哪些图像上勾画。", _CHECK_PLACE),
    "roi-unsupported": ("不支持这种轮廓文件。", "请以 SEG、RTSTRUCT、NIfTI、NRRD 或 MHA 重新导出，或在此处勾画。"),
    "roi-wrong-frame": ("轮廓文件位于另一个坐标参考系。", _CHECK_PLACE),
    "roi-wrong-patient": ("轮廓文件属于另一名患者。", "请打开勾画它的检查，或选择该患者的轮廓文件。"),
    "role-missing": ("模型所需的序列在此检查中缺失。", "请为每个角色指定序列，或选择所需序列较少的模型。"),
    "run-failed": ("网络运行失败。", "请尝试 CPU；如仍失败，请重新安装模型包。"),
    "run-not-finite": ("网络给出了无效的数值。", "请尝试 CPU，并告知模型包的制作者。"),
    "run-shape": ("网络的输出与模型包的清单不符。", _EXPORT_AGAIN),
    "selftest-failed": ("没有运行环境能重现模型包的自检。", "请重新安装模型包；如仍失败，请勿在此机器上使用。"),
    "send-missing": ("要发送的文件或文件夹不存在。", "请核对路径。"),
    "send-nothing": ("其中没有可发送的 DICOM 对象。", "请选择 Lobule 写出结果的文件夹。"),
    "series-unknown": ("所指定的序列不在此检查中。", "请选择此检查中的序列。"),
    "session-load": ("网络无法载入。", "请选择其他运行环境，或重新安装模型包。"),
    "session-names": ("网络的输入或输出不符合要求。", _EXPORT_AGAIN),
    "session-provider": ("网络不会在所选的运行环境中运行。", "请检查设备驱动程序，或选择 CPU。"),
    "source-unreadable": ("T2 序列的图像无法再次读取。", "请确认检查的文件夹仍在原处，然后再写出。"),
    "spec-mismatch": ("输入不是按该模型包的规格准备的。", "请使用该模型包重新准备。"),
    "volume-too-large": ("该序列所需的内存过大。", "请为该角色选择其他序列。"),
}  # fmt: skip
"""What happened and what to do next, by the code of the error."""


def error_words(error: EngineError, language: str) -> tuple[str, str]:
    """Return (what happened, what to do next) in a language.

    An error without words of its own in Chinese gets those of its code, followed by its English sentence, so that the
    thing stays named; one whose code is unknown keeps its English ones.
    """
    if language != "zh_CN" or error.code not in ERRORS_ZH:
        return error.what, error.remedy
    what, remedy = ERRORS_ZH[error.code]
    if knows(error.what):
        return phrase(error.what, language), remedy
    return what, f"{remedy}\n\n（{error.what}）"
