"""问题工单: the list, an issue with its trace and its next step, a new one."""
