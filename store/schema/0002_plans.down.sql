DROP TABLE plan_op;
DROP TABLE plan;
