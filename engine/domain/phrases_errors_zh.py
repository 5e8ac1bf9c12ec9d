"""Chinese phrases for the sentences of errors that name a thing, and for what registration and audit report.

`error_words` sets the next step beside them; where an error's sentence has no phrase, its general words stand.
"""

from __future__ import annotations

from collections.abc import Mapping

ERROR_SENTENCES_ZH: Mapping[str, str] = {
    # opening
    "There is no file or folder {path}.": "没有文件或文件夹 {path}。",
    "{path} is empty: there is no DICOM file in it.": "{path} 为空：其中没有 DICOM 文件。",
    "No DICOM images were found in {path}; {name}: {reason} (and {count} other files that were not used).":
        "在 {path} 中没有找到 DICOM 图像；{name}：{reason}（另有 {count} 个文件未使用）。",
    "No DICOM images were found in {path}; {name}: {reason}.": "在 {path} 中没有找到 DICOM 图像；{name}：{reason}。",
    "Series {name} cannot be used as a volume: {reason}.": "序列 {name} 不能作为容积使用：{reason}。",
    "Series {name} needs {size} GiB of memory.": "序列 {name} 需要 {size} GiB 内存。",
    "The image {image} of series {name} cannot be decoded ({why}).": "序列 {name} 的图像 {image} 无法解码[（{why}）]。",
    "The role {role} names a series that this study does not have: {key}.":
        "角色 {role} 所指定的序列不在此检查中：{key}。",
    "The image {name} of the T2 series cannot be read again: {why}.": "T2 序列的图像 {name} 无法再次读取[：{why}]。",
    # roles and outlines
    "Outlines need a T2 series to lie on, and no series plays that role.": "轮廓需要 T2 序列，但没有序列担任该角色。",
    "The outlines cannot have been drawn on {key}: this study has no such series.":
        "轮廓不可能在 {key} 上勾画：此检查中没有该序列。",
    "{code}={key} answers no question about outlines.": "{code}={key} 不是对轮廓问题的回答。",
    "Outlines are not written as {kind}.": "轮廓不能写为 {kind}。",
    "The lesions could not be written to {name}: {why}.": "病灶无法写入 {name}[：{why}]。",
    "There is no lesion to write.": "没有可写出的病灶。",
    "There is no lesion to write as a structure set.": "没有可写为结构集的病灶。",
    "There is no lesion on the T2 images to write as a segmentation.": "T2 图像上没有可写为分割的病灶。",
    "There is no classified slice to show a heat map of.": "没有已分类的层面可显示热图。",
    "No lesion is outlined in this study.": "此检查中没有病灶轮廓。",
    "Lesion {name} has no outline.": "病灶 {name} 没有轮廓。",
    "Lesion {name} lies outside the T2 images.": "病灶 {name} 位于 T2 图像之外。",
    "The model {name} needs {roles}, which no series of this study was recognised as.":
        "模型 {name} 需要 {roles}，而此检查中没有序列被识别为该角色。",
    "The model needs {roles}, which this study does not offer.": "模型需要 {roles}，而此检查没有提供。",
    "There is no outline to register around.": "没有可供配准的病灶轮廓。",
    "{role} cannot be registered to T2.": "{role} 不能与 T2 配准。",
    "{role} could not be registered to T2: {why}.": "{role} 无法与 T2 配准[：{why}]。",
    "too little of one anatomy is visible in both series around the lesion":
        "两个序列在病灶周围可共同辨认的解剖结构过少",
    "the search left the images ({why})": "搜索超出图像范围",
    "it would take {shift} mm and {angle} degrees, which no breath-hold explains":
        "需要移动 {shift} mm、转动 {angle} 度，屏气差异无法解释",
    # files that are written or read
    "{path} cannot be written: {why}.": "无法写入 {path}[：{why}]。",
    "{path} cannot be read: {why}.": "无法读取 {path}[：{why}]。",
    "The DICOM object {name} could not be written: {why}.": "无法写入 DICOM 对象 {name}[：{why}]。",
    "The report cannot be written to {path}: {why}.": "报告无法写入 {path}[：{why}]。",
    "The figures cannot be written to {path}: {why}.": "图无法写入 {path}[：{why}]。",
    "The font {name} of the report cannot be read: {why}.": "报告的字体 {name} 无法读取[：{why}]。",
    "The report {name} cannot be wrapped as DICOM: {why}.": "报告 {name} 无法封装为 DICOM[：{why}]。",
    "The segmentation {name} cannot be read, so the report would refer to nothing: {why}.":
        "分割 {name} 无法读取，报告将没有参照[：{why}]。",
    "No {role} series is chosen, so DICOM objects would refer to nothing.":
        "没有选定 {role} 序列，DICOM 对象将没有参照。",
    "The case belongs to another study.": "该病例属于另一项检查。",
    "The policy file {path} cannot be used: {value} is no value of {key}.":
        "策略文件 {path} 无法使用：{value} 不是 {key} 的有效值。",
    "The policy file {path} cannot be used: {why}.": "策略文件 {path} 无法使用[：{why}]。",
    "There is no report in the language '{name}'.": "没有“{name}”语言的报告。",
    "The paper '{name}' is not known.": "没有“{name}”这种纸张。",
    "There is no output {names}.": "没有输出 {names}。",
    "The audit file {path} cannot be read: {why}.": "无法读取审计文件 {path}[：{why}]。",
    "The audit file {path} cannot be written: {why}.": "无法写入审计文件 {path}[：{why}]。",
    # what a check of the audit file finds
    "Line {number} does not follow from the line before it.": "第 {number} 行与前一行不相接。",
    "Line {number} was changed after it was written.": "第 {number} 行在写入后被改动。",
    "Entries before line {number} were missing or changed when that line was written.":
        "写入第 {number} 行时，之前的记录缺失或被改动。",
    "The last line was cut off or changed.": "最后一行不完整或被改动。",
    "The file {name}, which remembers how long the chain was, is missing or unreadable.":
        "记录链长度的文件 {name} 缺失或无法读取。",
    "Entries that were written are missing or changed at the end of the file.": "文件末尾已写入的记录缺失或被改动。",
    # sending
    "The file {name} cannot be sent: it is no DICOM object ({why}).": "文件 {name} 无法发送：不是 DICOM 对象。",
    "There is no DICOM object in {paths}.": "{paths} 中没有 DICOM 对象。",
    "{host} port {port} is no address.": "{host} 端口 {port} 不是有效地址。",
    "{title} is no AE title.": "{title} 不是有效的 AE 标题。",
    "The DICOM node {title} at {address} {why}.": "DICOM 节点 {title}（{address}）没有应答或拒绝了连接。",
    # model packages and the network
    "No model package is installed.": "没有安装模型包。",
    "There is no model package '{name}'.": "没有模型包“{name}”。",
    "There is no installed package '{name}'.": "没有安装模型包“{name}”。",
    "There is no model package in {folder}: {name} is missing.": "{folder} 中没有模型包：缺少 {name}。",
    "{path} is neither a package folder nor a .lobule file.": "{path} 既不是模型包文件夹，也不是 .lobule 文件。",
    "A package {name} {version} with other content is installed; this one is {own}, which is not newer.":
        "已安装内容不同的模型包 {name} {version}；此模型包为 {own}，并非更新的版本。",
    "The package would take {size} MB; at most {most} MB are accepted.": "模型包需要 {size} MB，最多允许 {most} MB。",
    "The package file {name} cannot be read: {why}.": "模型包的文件 {name} 无法读取[：{why}]。",
    "The package file {name} is missing or not a plain file.": "模型包的文件 {name} 缺失或不是普通文件。",
    "The package file {name} was changed: its SHA-256 is {found}, the manifest says {wanted}.":
        "模型包的文件 {name} 已被改动：其 SHA-256 为 {found}，清单所载为 {wanted}。",
    "The manifest {name} cannot be read: {why}.": "模型包的清单 {name} 无法读取[：{why}]。",
    "The manifest cannot be used: {why}.": "模型包的清单无法使用[：{why}]。",
    "The manifest has schema {schema}; this release reads {own}.": "清单的格式为 {schema}；此版本读取 {own}。",
    "The manifest names a file outside the package, or one that is another file elsewhere: {name}.":
        "清单指向包外的文件，或在其他系统上成为另一文件的文件：{name}。",
    "The feature statistics of the package {name} cannot be used: {why}.":
        "模型包 {name} 的特征统计无法使用[：{why}]。",
    "The graph {name} is refused: {why}.": "网络 {name} 被拒绝[：{why}]。",
    "The archive {name} cannot be unpacked: {why}.": "压缩文件 {name} 无法解开[：{why}]。",
    "The archive {name} holds {count} entries.": "压缩文件 {name} 含有 {count} 个文件，过多。",
    "The archive {name} holds a path that leaves the package: {path}.": "压缩文件 {name} 含有指向包外的路径：{path}。",
    "The archive {name} holds a link or device: {path}.": "压缩文件 {name} 含有链接或设备：{path}。",
    "There is no provider {name}.": "没有运行环境 {name}。",
    "The provider {name} is not offered by this installation of ONNX Runtime.":
        "此安装的 ONNX Runtime 不提供运行环境 {name}。",
    "ONNX Runtime would run on {running} instead of {provider}.":
        "ONNX Runtime 将在 {running} 而不是 {provider} 上运行。",
    "The network of package {name} has inputs {inputs} and outputs {outputs}; image, logits, cam and "
    "features are needed.":
        "模型包 {name} 的网络输入为 {inputs}，输出为 {outputs}；需要 image、logits、cam 和 features。",
    "The network of package {name} could not be loaded on {provider}: {why}":
        "模型包 {name} 的网络无法在 {provider} 上载入。",
    "The network of package {name} failed on {provider}: {why}": "模型包 {name} 的网络在 {provider} 上运行失败。",
    "The network of package {name} answers for {count} classes; its manifest names {wanted}.":
        "模型包 {name} 的网络给出 {count} 个类别；其清单列出 {wanted} 个。",
    "The network of package {name} answered with numbers that are not finite on {provider}.":
        "模型包 {name} 的网络在 {provider} 上给出无效的数值。",
    "The inputs were not prepared by the specification of package {name}.": "输入不是按模型包 {name} 的规格准备的。",
    "No provider reproduces the self-test of package {name} ({why}).": "没有运行环境能重现模型包 {name} 的自检。",
    "The package {name} brings no self-test vectors ({file}).": "模型包 {name} 没有附带自检数据（{file}）。",
    # what packages state about themselves
    "{what} demonstration (simulated images)": "{what} 演示（模拟图像）",
    "{cohort}, n = {count}": "{cohort}，n = {count}",
    "simulated {name}-like phantom cohort ({count} patients)": "模拟的类 {name} 体模队列（{count} 例）",
}  # fmt: skip
