-- The one table of what a forecast goes by, and why:
--   history_days   days that the run rate is taken from: one year, so that each season counts once
--   least_days     days of books without which nothing is said: four weeks have every weekday four times
--   whole_window   up to so many days ahead, windows of just as many days of the past are compared;
--                  there would be too few of longer ones in a year
--   long_window    days of a window for what is further ahead; sums grow with the days, their spread
--                  with the square root of them, as if the windows did not depend on each other
--   tail           per cent of the windows below and above the band: 80 of 100 lie within
--   skew           where the middle lies between the mean (0) and the median (1) of the windows: the
--                  mean counts rare purchases that most months do not see, the median none of them
--   few_widen      the band is wider by this, divided by the windows that do not overlap: what few of
--                  them do not know
--   season_days    books that the season needs: two years
--   season_most    days ahead up to which the season matters; longer spans hold most of a year
--   season_weight  years k count with k / (k + weight): one year proves little
--   season_bounds  the season never more than halves or doubles
forecast_limits (history_days, least_days, whole_window, long_window, tail, skew, few_widen,
                 season_days, season_most, season_weight, season_least, season_largest) AS (
    VALUES (365, 28, 45, 30, 0.10, 0.5, 1.3, 730, 183, 10, 0.5, 2.0)
)
