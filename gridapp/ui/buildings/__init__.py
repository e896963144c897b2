"""楼栋图: buildings, the matrix of doors and the household behind one."""
