"""Chinese phrases about outline files: what they hold, where they belong, what a person is asked, what was done."""

from __future__ import annotations

from collections.abc import Mapping

OUTLINES_ZH: Mapping[str, str] = {
    # how a series is named in a sentence
    "'without description' (series {number})": "无描述（序列 {number}）",
    "'without description'": "无描述",
    "'{name}' (series {number})": "“{name}”（序列 {number}）",
    # what a file holds and whether it belongs here
    "{kind} with 1 lesion: {what}": "{kind}，1 个病灶：{what}",
    "{kind} with {count} lesions: {what}": "{kind}，{count} 个病灶：{what}",
    "it has no geometry; import it by hand for the series it was drawn on, and check the overlay.":
        "没有几何信息；请针对其勾画的序列手动导入，并核对叠加显示。",
    "it does not overlap any image of this study.": "与此检查的任何图像均不重叠。",
    "it names no patient and no series; placed by position, check the overlay.":
        "未注明患者和序列；按位置放置，请核对叠加显示。",
    "it names {series} as its source, but another frame of reference ({frames}); import it by hand to confirm.":
        "注明来源为 {series}，但坐标参考系不同（{frames}）；请手动导入以确认。",
    "drawn on the series {series}.": "在序列 {series} 上勾画。",
    "it fits {count} series in the same space ({names}); choose the one it was drawn on.":
        "同一空间内有 {count} 个序列与其相符（{names}）；请选择其勾画的序列。",
    "it names no series of this study; import it by hand and confirm where it belongs.":
        "未注明此检查中的序列；请手动导入并确认其归属。",
    "its frame of reference {frames} and its source images are not in this study.":
        "其坐标参考系 {frames} 和来源图像不在此检查中。",
    # questions and answers
    "Does it belong to these images?": "它属于这些图像吗？",
    "It was drawn on {series}: place it there by position.": "它在 {series} 上勾画：按位置放置。",
    "The ROI file {name} has no orientation and position.": "轮廓文件 {name} 没有方向和位置信息。",
    "On which series was it drawn?": "它是在哪个序列上勾画的？",
    "The ROI file {name} fits {count} series in the same space.": "同一空间内有 {count} 个序列与轮廓文件 {name} 相符。",
    "On which one was it drawn?": "它是在哪一个上勾画的？",
    "In the ROI file {name}, contours of {lesions} overlap in part on one slice.":
        "在轮廓文件 {name} 中，{lesions} 的轮廓在同一层面上部分重叠。",
    "DICOM does not say whether the overlap belongs to the lesion.": "DICOM 未规定重叠部分是否属于病灶。",
    "The overlap is left out (even-odd rule).": "重叠部分不计入（奇偶规则）。",
    "The overlap belongs to the lesion (union).": "重叠部分属于病灶（并集）。",
    # what was done to read it
    "Points and open contours were left out: {names}.": "已略去点和未闭合的轮廓：{names}。",
    "{count} points or open contours were left out.": "已略去 {count} 个点或未闭合的轮廓。",
    "{count} repeated contours were used once.": "{count} 个重复的轮廓只使用一次。",
    "{count} contours of fewer than three points were left out.": "已略去 {count} 个少于三个点的轮廓。",
    "{count} contours outside the T2 images, or smaller than a pixel, were left out.":
        "已略去 {count} 个位于 T2 图像之外或小于一个像素的轮廓。",
    "Regions that are organs, the body or margins were left out: {names}.": "已略去器官、体表或外扩区域：{names}。",
    "Empty segments were left out: {names}.": "已略去空的分割：{names}。",
    "Segments marked as normal anatomy were left out: {names}.": "已略去标为正常解剖的分割：{names}。",
    "Fractional segmentation: voxels with a {meaning} of at least {share} were kept.":
        "分数型分割：保留{meaning}不低于 {share} 的体素。",
    "probability": "概率",
    "occupancy": "占有率",
    "fraction": "分数",
    "The mask holds fractions: voxels with at least 0.5 were kept.": "掩模为分数值：保留不低于 0.5 的体素。",
    "The mask lay on another grid and was resampled to the T2 images in patient space.":
        "掩模位于另一网格，已在患者空间重采样到 T2 图像。",
    "Its volume changed from {before} ml to {after} ml.": "其体积由 {before} ml 变为 {after} ml。",
    "It covers no T2 voxel by half: voxels covered by more than 30 % were kept.":
        "没有覆盖任何 T2 体素的一半：保留覆盖超过 30 % 的体素。",
    "It is smaller than a T2 voxel: the voxels covered most were kept.": "小于一个 T2 体素：保留覆盖最多的体素。",
    "{share} of it lies outside the T2 images and was left out.": "有 {share} 位于 T2 图像之外，已略去。",
    "Some slices between drawn ones have no contour and were left empty.":
        "已勾画层面之间的部分层面没有轮廓，保持为空。",
    "Only every n-th slice was drawn: the slices between were interpolated, confirm them.":
        "仅隔层勾画：其间的层面已插值，请确认。",
    "The contours lie between the T2 planes: their shape was interpolated to the planes, check the overlay.":
        "轮廓位于 T2 层面之间：已将其形状插值到各层面，请核对叠加显示。",
    "The contours were drawn in another orientation than the T2 images: check the overlay.":
        "轮廓的勾画方向与 T2 图像不同：请核对叠加显示。",
    "Its contours run through pixel centres, as traced masks do: the pixels on them were taken as part of the lesion.":
        "轮廓经过像素中心（由掩模描出）：其上的像素计入病灶。",
    "Two contours on one slice overlap in part: the overlap was left out, check the overlay.":
        "同一层面上两条轮廓部分重叠：重叠部分未计入，请核对叠加显示。",
    "Two contours on one slice overlap in part: their union was taken, check the overlay.":
        "同一层面上两条轮廓部分重叠：取其并集，请核对叠加显示。",
    "Its two orientations (sform and qform) differ by up to {apart} mm: the sform was used.":
        "其两种方向信息（sform 与 qform）最多相差 {apart} mm：采用 sform。",
    "It holds more than {size} litres: check that it is a lesion and not an organ.":
        "体积超过 {size} 升：请核对它是病灶而非器官。",
    "It names the T2 images as its source, but another frame of reference: placed by position as confirmed.":
        "注明来源为 T2 图像，但坐标参考系不同：经确认按位置放置。",
    "It names neither these images nor their frame of reference: placed by position, as confirmed.":
        "未注明这些图像及其坐标参考系：经确认按位置放置。",
    "{format} files name no patient: placed by position, check the overlay.":
        "{format} 文件不注明患者：按位置放置，请核对叠加显示。",
    "The file has no geometry: taken pixel by pixel as confirmed, check the overlay for flips.":
        "文件没有几何信息：经确认逐像素采用，请核对叠加显示有无翻转。",
    "Drawn on {series} and carried over to the T2 images by position: check the overlay.":
        "在 {series} 上勾画，已按位置转到 T2 图像：请核对叠加显示。",
    "Lesions outside the T2 images were left out: {names}.": "已略去 T2 图像之外的病灶：{names}。",
    "Lesions that fill no T2 voxel were left out: {names}.": "已略去未充满任何 T2 体素的病灶：{names}。",
    # why a file cannot be used
    "The ROI file {name} cannot be read: {why}.": "无法读取轮廓文件 {name}[：{why}]。",
    "The ROI file {name} is not supported: {why}.": "不支持轮廓文件 {name}[：{why}]。",
    "The ROI file {name} is too large: {what}.": "轮廓文件 {name} 过大[：{what}]。",
    "The ROI file {name} holds no lesion: {what}.": "轮廓文件 {name} 中没有病灶[：{what}]。",
    "The ROI file {name} belongs to another patient: its {differs} is not that of the open study.":
        "轮廓文件 {name} 属于另一名患者：其{differs}与当前检查不同。",
    "Patient ID (0010,0020)": "患者编号 (0010,0020) ",
    "Patient's Birth Date (0010,0030)": "出生日期 (0010,0030) ",
    "Patient's Name (0010,0010)": "患者姓名 (0010,0010) ",
    "The ROI file {name} does not say which images it was drawn on: no frame of reference or image in common.":
        "轮廓文件 {name} 未注明它在哪些图像上勾画：没有共同的坐标参考系或图像。",
    "The ROI file {name} has no geometry (its header gives no orientation and position).":
        "轮廓文件 {name} 没有几何信息（文件头未注明方向和位置）。",
    "The ROI file {name} has no geometry and another size than the images ({one} and {other}).":
        "轮廓文件 {name} 没有几何信息，且尺寸与图像不同（{one} 与 {other}）。",
    "The ROI file {name} has no geometry and another size than the images ({one}).":
        "轮廓文件 {name} 没有几何信息，且尺寸与图像不同（{one}）。",
    "The ROI file {name} lies in another frame of reference: {others}, while the T2 images have {frame}.":
        "轮廓文件 {name} 的坐标参考系为 {others}，而 T2 图像为 {frame}。",
    "It fits the series {series}, which lies in another space than the T2 series.":
        "它与序列 {series} 相符，而该序列与 T2 序列不在同一空间。",
    "It was made for another study.": "它属于另一项检查。",
    "Yet it names the T2 images as its source.": "但它注明来源为 T2 图像。",
    "The ROI file {name} was drawn on {series}, which lies in the frame of reference {own}, while the T2 images have "
    "{frame}.":
        "轮廓文件 {name} 在 {series} 上勾画，其坐标参考系为 {own}，而 T2 图像为 {frame}。",
    "The ROI file {name} does not overlap the T2 images ({place}); lesions in it: {count}.":
        "轮廓文件 {name} 与 T2 图像（{place}）不重叠；其中病灶数：{count}。",
    "{axis} {low} to {high} mm": "{axis} {low} 至 {high} mm",
    "The lesions of the ROI file {name} fill no T2 voxel: {lesions}.":
        "轮廓文件 {name} 中的病灶未充满任何 T2 体素：{lesions}。",
    "The file {name} is no ROI object.": "文件 {name} 不是轮廓文件。",
    "it is no intact DICOM file ({why})": "不是完整的 DICOM 文件",
    "its content is damaged ({why})": "内容已损坏",
    "the file is damaged or cut short ({why})": "文件已损坏或不完整",
    "its data is cut short or damaged": "数据不完整或已损坏",
    "it declares an array of {size}": "声明的数组为 {size}",
    "the memory of this machine does not hold it": "本机内存不足以容纳",
    "deflated, it holds more than {size} GiB": "解压后超过 {size} GiB",
    "a contour of {name} lies more than {far} m away": "{name} 的一条轮廓在 {far} m 之外",
    "its voxels of {sizes} mm lie nowhere in a patient": "其 {sizes} mm 的体素不可能位于患者体内",
    "no voxel is set": "没有任何体素被标记",
    "it holds image intensities or more labels than lesions": "其内容为图像信号，或标签多于病灶",
    "the file {name} with its data is not beside it": "其数据文件 {name} 不在同一文件夹",
    "it has {count} dimensions": "它有 {count} 个维度",
    "it holds complex numbers": "其内容为复数",
    "its data is in another folder ({name})": "其数据在另一个文件夹（{name}）",
    "its data is in several files": "其数据分在多个文件中",
    "its space {name} is not anatomical": "其空间 {name} 不是解剖空间",
    "it declares the dimensions {sizes}": "声明的维度为 {sizes}",
    "it has no NIfTI header": "没有 NIfTI 文件头",
    "it holds {count} of {needed} bytes": "只有 {needed} 字节中的 {count} 字节",
    "its data would begin at byte {place}": "其数据起始位置为第 {place} 字节，不合理",
    "its header is cut short": "文件头不完整",
    "NIfTI data type {number}": "NIfTI 数据类型 {number}",
    "header and data are in two files": "文件头和数据分在两个文件中",
    "a contour does not lie in one plane": "有轮廓不在同一平面内",
    "its contours lie in planes of different orientations": "其轮廓所在平面的方向不同",
    "no region has a contour": "没有任何区域含有轮廓",
    "it holds more than {count} contour points": "轮廓点超过 {count} 个",
    "it holds {count} regions, at most {most} lesions are read": "含有 {count} 个区域，最多读取 {most} 个病灶",
    "it holds {count} segments, at most {most} lesions are read": "含有 {count} 个分割，最多读取 {most} 个病灶",
    "a contour of {name} holds text that is no number": "{name} 的一条轮廓含有非数字内容",
    "a contour of {name} holds {count} values, not finite x, y, z triples":
        "{name} 的一条轮廓含有 {count} 个数值，并非有限的 x、y、z 三元组",
    "a region has no {keyword}": "有区域缺少 {keyword}",
    "{names} has only points or open contours": "{names} 只有点或未闭合的轮廓",
    "every segment is empty": "所有分割均为空",
    "it describes no segment": "没有描述任何分割",
    "it declares {count} frames": "声明了 {count} 帧",
    "a deflated frame is damaged ({why})": "有压缩帧已损坏",
    "its compressed frames do not decode ({why})": "其压缩帧无法解码",
    "a segment has no Segment Number (0062,0004)": "有分割缺少 Segment Number (0062,0004)",
    "an image direction is no unit vector": "图像方向不是单位向量",
    "frame {frame} belongs to segment {number}, which is not described": "第 {frame} 帧属于未描述的分割 {number}",
    "frame {frame} does not say where it lies in the patient": "第 {frame} 帧未注明在患者体内的位置",
    "the row and column directions of frame {frame} are not at right angles": "第 {frame} 帧的行、列方向不垂直",
    "it declares {rows} x {columns} pixels of {bits} bits": "声明了 {rows} x {columns} 个 {bits} 位像素",
    "it has no pixel data": "没有像素数据",
    "it has {count} frames but describes {described}": "有 {count} 帧，但只描述了 {described} 帧",
    "its pixel data is cut short: {count} of {needed} bytes": "像素数据不完整：{needed} 字节中只有 {count} 字节",
    "Segmentation Type {kind}": "分割类型 {kind}",
    "it is tiled, as for microscopy": "为显微镜所用的分块格式",
    "its transfer syntax (big endian or run-length coded bits) has no reader":
        "不支持其传输语法（大端或游程编码的位）",
}  # fmt: skip
