"""The words of the report in Simplified Chinese, key for key as in `texts_en`."""

from __future__ import annotations

from engine.domain.caution_words import ROLE_WORDS

STATUS = {
    "simulated": "演示模型：使用模拟图像训练。不得用于患者。",
    "research": "仅供研究使用。未作为医疗器械获批。须由有资质的放射科医师复核。",
    "validated": "决策支持。须由有资质的放射科医师复核。",
}

LABELS = {
    "benign": "良性",
    "malignant": "恶性",
    "primary_malignancy": "原发性恶性肿瘤",
    "metastasis": "转移瘤",
}

ROLES = ROLE_WORDS["zh_CN"]

ORIGINS = {"drawn": "手动勾画", "interpolated": "手动勾画，含插值层面"}

FLAG = {
    "raised": "建议行增强检查随访",
    "not_raised": "未提示增强检查随访",
    "withheld": "无提示",
    "reason_raised": "{total} 个层面中有 {count} 个被分类为恶性：位于 {places} 的层面；按规则一个即可提示。"
    "如临床情况适合，请考虑增强 MRI。",
    "reason_not_raised": "全部 {total} 个层面均被分类为良性。这不能排除恶性病变。",
    "reason_withheld": "结果被保留不予提示，原因：{text}",
    "join": "、",
}

WORDS = {
    "title": "Lobule 报告",
    "subtitle": "肝脏局灶性病变 MRI：决策支持",
    "deidentified": "已去标识",
    "not_stated": "未注明",
    "patient": "患者",
    "patient_id": "患者编号",
    "age_sex": "年龄、性别",
    "years": "{age} 岁",
    "years_over_89": "89 岁以上",
    "birth_date": "出生日期",
    "study_date": "检查日期",
    "study": "检查",
    "accession": "检查号",
    "report_date": "报告日期",
    "sex_M": "男",
    "sex_F": "女",
    "sex_O": "其他",
    "key_slice": "病灶 {lesion}：层面位于 {place}",
    "overview": "T2 全图",
    "t2": "T2 与轮廓",
    "dwi": "DWI 与轮廓",
    "heat": "热图：{label}",
    "input": "网络输入：{role}",
    "heat_caption": "使该评分升高的区域。不是病灶边界，也不能证明模型的推理。",
    "heat_note": "“{label}”的热图：{size}，平滑显示。",
    "map_size": "{rows} × {columns} 格，每格 {cell} mm",
    "heat_each": "每张热图对应其层面的类别，平滑显示；分辨率列于旁边。",
    "map_beside": "热图：{size}",
    "heat_low": "低",
    "heat_high": "高",
    "heat_scale": "颜色：占本病灶该类别最高值的比例。",
    "square_note": "虚线方框：网络所见范围。",
    "lesion": "病灶",
    "not_excluded": "不能排除恶性病变",
    "lesion_heading": "病灶 {lesion}",
    "diameter": "最长径",
    "volume": "体积",
    "outline": "轮廓",
    "slices": "层面",
    "origin_imported": "导入（{origin}）",
    "interpolated": "使用了未经确认的插值轮廓",
    "rules": "两种规则",
    "sum_rule": "求和规则",
    "any_slice_rule": "任一层面规则",
    "sum_rule_cell": "{label}（平均评分 {score}）",
    "any_slice_benign": "良性：全部 {total} 个层面均为良性",
    "any_slice_benign_one": "良性：唯一的层面为良性",
    "any_slice_malignant": "恶性：{total} 个层面中有 {count} 个",
    "no_scores": "无评分：网络未运行",
    "patient_statement": "患者：按病灶 {lesion} 的求和规则为{label}；按任一层面规则为{any}。",
    "any_malignant": "恶性",
    "any_benign": "良性",
    "scores": "各层面模型评分",
    "scores_more": "此处列出 {total} 个层面中恶性评分最高的 {shown} 个；全部层面见第 2 页起。",
    "lesions_more": "此处列出 {total} 个病灶中的 {shown} 个；全部病灶见第 2 页起。",
    "score": "模型评分",
    "calibrated_score": "校准概率",
    "score_note": "模型评分不是患病概率。",
    "scores_calibrated": "各层面校准概率",
    "score_note_calibrated": "按模型包说明，已在患者中校准。",
    "position": "位置",
    "t2_image": "T2 图像",
    "class": "类别",
    "place": "{position}（T2 图像 {image}）",
    "cautions": "注意事项",
    "no_cautions": "没有需要注意的事项。",
    "effect_inform": "提醒",
    "effect_withhold": "不予提示",
    "package": "模型包",
    "package_id": "模型包",
    "digest": "摘要值",
    "provider": "运行环境",
    "dwi_used": "使用 DWI",
    "dwi_yes": "是（{detail}）",
    "dwi_no": "否",
    "b_value": "b {b} s/mm²",
    "b_unknown": "b 值未注明",
    "status": "状态",
    "status_simulated": "模拟",
    "status_research": "研究",
    "status_validated": "已验证",
    "analysed": "报告日期",
    "engine": "软件",
    "case_digest": "病例摘要值",
    "figures": "模型包自身的指标",
    "figures_simulated": "这些指标在模拟图像（数字体模）上测得，不能说明模型在患者中的表现。",
    "figures_research": "这些指标在所列队列上测得，未经独立验证。",
    "figures_validated": "这些指标在所列队列上测得。",
    "figures_none": "该模型包未给出自身的指标。",
    "figures_all": "模型包的全部指标",
    "figure": "指标",
    "value": "数值（95 % CI）",
    "count": "例数",
    "cohort": "测量队列",
    "cohort_simulated": "{cohort}（模拟）",
    "cohort_unnamed": "未注明队列",
    "patients": "{n} 名患者",
    "sensitivity": "灵敏度",
    "specificity": "特异度",
    "dlr_plus": "DLR+",
    "dlr_minus": "DLR−",
    "auc": "AUC",
    "accuracy": "准确率",
    "any_slice_rule_figures": "任一层面规则",
    "sum_rule_figures": "求和规则",
    "slice_figures": "按层面",
    "lesion_figures": "按病灶",
    "patient_figures": "按患者",
    "measured_on": "测量队列：{cohort}。",
    "reader": "阅片者",
    "first_impression": "初步印象",
    "final_class": "阅片者最终类别",
    "agreement": "与求和规则比较",
    "agrees": "一致",
    "differs": "不一致",
    "comment": "备注",
    "comment_left_out": "去标识报告中省略",
    "pre_test": "验前概率",
    "post_test": "验后概率",
    "post_test_text": "{value}（Fagan 法，采用模型包的 {name} {ratio}）",
    "post_test_simulated": "{value}（Fagan 法，采用模型包的 {name} {ratio}，在模拟图像上测得：不是临床估计）",
    "all_slices": "病灶 {lesion} 的全部层面",
    "sequences": "所用序列",
    "role": "角色",
    "series": "序列",
    "voxel": "体素（mm）",
    "moved": "阅片者移动（mm）",
    "not_moved": "无",
    "page": "第 {page} 页，共 {pages} 页",
    "slice_axis": "沿 T2 法线的层面位置（mm）",
    "chart_title": "病灶 {lesion}：各层面位置的评分",
    "highest": "判为恶性",
    "scale_bar": "{cm} cm",
    "method": "方法",
    "limits": "局限",
    "glossary": "术语",
}

METHOD = (
    "每个病灶在 T2 图像上勾画，轮廓通过患者空间坐标传递到其他序列。T2 与其他序列重采样为 {in_plane} × "
    "{in_plane} × {step} mm，"
    "网格从第一个 T2 层面开始；轮廓经过的每个平面为一个层面。截取病灶的外接正方形并在每边加 {margin} mm，"
    "缩放为 {pixels} × {pixels} 像素。通道：{channels}。",
    "卷积神经网络为每个层面的每个类别（{labels}）给出一个评分；同一层面的评分之和为 1。"
    "评分最高的类别即为该层面的类别。",
    "求和规则：将一个病灶所有层面的评分相加，总和最大的类别即为病灶的类别。任一层面规则："
    "只要有一个层面被分类为非良性，病灶即为恶性。"
    "增强检查提示由任一层面规则决定。有多个病灶时，任何一个病灶触发即提示；患者的类别取恶性比例最高的病灶的类别。",
    "热图（Grad-CAM）以粗网格显示使某一类别评分升高的区域，并投影回 T2 图像。DWI 图像重采样到 T2 图像平面后显示。",
    "方法依据 Zhen 等，Frontiers in Oncology 2025, 15:1582322。该论文中的指标不是本模型包的指标。",
)

LIMITS = (
    "本报告用于辅助放射科医师，不作出诊断。未提示不能排除恶性病变。",
    "该方法在成人未经治疗的肝脏局灶性病变中研究，病灶通常大于 1 cm。弥漫性病变、未勾画的病灶和其他器官不在其范围之内。",
    "评分取决于轮廓、序列和设备。热图不是病灶边界，也不能证明模型的推理；无论答案是否正确，热图看上去都可能令人信服。",
)

LIMITS_SIMULATED = "该模型包仅使用模拟图像训练。其对患者给出的答案没有意义，不得使用。"

INTENDED_USE = "模型包声明的预期用途：{text}"

GLOSSARY = (
    ("模型评分", "网络对某一类别的输出，介于 0 和 1 之间。不是患病概率。"),
    ("层面位置", "层面沿 T2 法线方向到患者坐标原点的距离；轴位图像即 z 坐标。"),
    ("T2 图像", "距该层面最近的 T2 图像的实例号；文件未注明时为其在序列中的顺序。"),
    ("求和规则", "病灶所有层面评分总和最大的类别。"),
    ("任一层面规则", "至少一个层面被分类为恶性时为恶性。"),
    ("DLR+ / DLR−", "诊断似然比：提示或未提示对恶性比值的改变程度。"),
    ("AUC", "受试者工作特征曲线下面积。"),
    ("CI", "置信区间。"),
    ("b 值", "弥散加权的强度，单位 s/mm²。"),
    ("摘要值", "SHA-256 指纹：摘要值相同表示内容相同。"),
)
